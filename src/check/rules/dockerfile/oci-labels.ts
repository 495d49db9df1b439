import { fileRule } from "../../dockerfile/define.ts";
import { labelsOf } from "../../dockerfile/labels.ts";
import { nearest } from "../../dockerfile/nearest.ts";

const PREFIX = "org.opencontainers.image.";
const WANTED = ["title", "source", "revision", "version", "licenses"];
const KNOWN = new Set([
  ...WANTED,
  "created",
  "authors",
  "url",
  "documentation",
  "vendor",
  "ref.name",
  "description",
  "base.digest",
  "base.name",
]);

export const ociLabels = fileRule({
  id: "dockerfile/oci-labels",
  aliases: [],
  severity: "info",
  summary: "An image that has labels of the OCI set has those that lead from it to its sources, and spells them right.",
  why: "From a running container one gets to its repository, commit and licence by these labels only. A misspelt one is read by no tool.",
  source: "https://github.com/opencontainers/image-spec/blob/main/annotations.md#pre-defined-annotation-keys",
  examples: [
    {
      bad: 'FROM node:24\nLABEL org.opencontainers.image.title="shop"\n',
      good: 'FROM node:24\nARG REVISION\nLABEL org.opencontainers.image.title="shop" org.opencontainers.image.source="https://example.org/shop" org.opencontainers.image.revision=$REVISION org.opencontainers.image.version="1.4.2" org.opencontainers.image.licenses="MIT"\n',
    },
    { bad: 'FROM node:24\nLABEL org.opencontainers.image.licence="MIT"\n', good: 'FROM node:24\nLABEL maintainer="ops@example.org"\n' },
  ],
  *check(subject) {
    const { target } = subject;
    for (const { name, range } of labelsOf(subject)) {
      const key = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : "title";
      if (KNOWN.has(key)) continue;
      const meant = nearest(key, [...KNOWN]);
      yield {
        at: range,
        message: `${name} is none of the OCI labels`,
        advice: meant === undefined ? "Use a name of your own domain." : `Did you mean ${PREFIX}${meant}?`,
      };
    }
    const set = [...(target?.config.labels.keys() ?? [])]
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => name.slice(PREFIX.length));
    const missing = WANTED.filter((key) => !set.includes(key));
    const last = target?.config.labels.get(`${PREFIX}${set.at(-1) ?? ""}`)?.by;
    if (set.length > 0 && missing.length > 0 && last !== undefined)
      yield {
        at: last.range,
        message: `of the OCI labels ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing`,
        advice: "Add them; revision and version by build arguments. Seaworthy's own builds set revision and source themselves.",
      };
  },
});
