import * as v from "valibot";
import { parseReference } from "../../core/index.ts";
import { described, portSchema, section, wordSchema } from "./section.ts";

const isRepositoryName = (text: string): boolean => {
  try {
    const { tag, digest } = parseReference(text);
    return tag === undefined && digest === undefined && text.includes("/");
  } catch {
    return false;
  }
};

export const registry = section({
  key: "registry",
  scope: "project",
  docs: "Where images are pushed: host/name of a registry, or (default) the embedded one on the loopback port given here, 5417 unless changed.",
  schema: v.strictObject({
    repository: v.optional(
      described(
        "Where images are pushed. Absent: the embedded registry.",
        v.pipe(wordSchema, v.check(isRepositoryName, "expected host/name without a tag, as in ghcr.io/acme/shop")),
      ),
    ),
    port: v.optional(described("The loopback port of the embedded registry.", portSchema), 5417),
  }),
});
