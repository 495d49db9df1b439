import { get, spot, text } from "../../source/yaml/index.ts";
import type { FileComplaint } from "../rule.ts";
import type { ContainerInput } from "./define.ts";
import { quantity } from "./quantity.ts";

const WORDS = { limits: "limit", requests: "request" } as const;

/** A request or limit that a container does not set, sets to null or to 0; `aliases` are those of the rule that asks. One that is not a mapping is the schema's business. */
export function* requirement(
  { node, name, container }: ContainerInput,
  aliases: readonly string[],
  part: "limits" | "requests",
  resource: "cpu" | "memory",
  consequence: string,
): Iterable<FileComplaint> {
  const malformed = [get(node, "resources"), get(node, "resources", part)].some((one) => one?.kind === "sequence");
  if (malformed) return;
  const what = `${resource === "cpu" ? "CPU" : "memory"} ${WORDS[part]}`;
  const advice = `Set resources.${part}.${resource} to what it was seen to need. ${consequence}`;
  if ((text(node, "resources", part, resource) ?? "").trim() === "")
    yield {
      at: spot(node, "resources", part),
      message: `${name} has no ${what}`,
      advice,
      // Polaris asks the main containers alone.
      peers: aliases.filter((alias) => container.role === "main" || !alias.startsWith("polaris:")),
    };
  else if (quantity(text(node, "resources", part, resource)) === 0)
    yield {
      at: spot(node, "resources", part, resource),
      message: `${name} has a ${what} of 0, which is none`,
      advice,
      peers: aliases.filter((alias) => alias.startsWith("kubelinter:")),
    };
}
