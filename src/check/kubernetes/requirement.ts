import { get, has, spot, type YamlNode } from "../../source/yaml/index.ts";
import type { FileComplaint } from "../rule.ts";

const WORDS = { limits: "limit", requests: "request" } as const;

/** A request or limit that a container does not set. One that is not a mapping is the schema's business. */
export function* requirement(
  node: YamlNode,
  name: string,
  part: "limits" | "requests",
  resource: "cpu" | "memory",
  consequence: string,
): Iterable<FileComplaint> {
  const malformed = [get(node, "resources"), get(node, "resources", part)].some((one) => one?.kind === "sequence");
  if (malformed || has(node, "resources", part, resource)) return;
  yield {
    at: spot(node, "resources", part),
    message: `${name} has no ${resource === "cpu" ? "CPU" : "memory"} ${WORDS[part]}`,
    advice: `Set resources.${part}.${resource} to what it was seen to need. ${consequence}`,
  };
}
