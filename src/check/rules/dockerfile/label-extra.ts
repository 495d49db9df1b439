import { fileRule } from "../../dockerfile/define.ts";
import { labelsOf } from "../../dockerfile/labels.ts";

const settings = { dockerfile: { labels: { owner: "text" }, strictLabels: true } } as const;

export const labelExtra = fileRule({
  id: "dockerfile/label-extra",
  aliases: ["hadolint:DL3050"],
  severity: "info",
  summary: "Where labels are set down strictly, an image has no others.",
  why: "A misspelt label is one that nobody looks for: it says something to its author only.",
  source: "https://docs.docker.com/engine/manage-resources/labels/",
  examples: [
    {
      bad: { text: 'FROM node:24\nLABEL owner="shop" onwer="shop"\n', settings },
      good: { text: 'FROM node:24\nLABEL owner="shop"\n', settings },
    },
  ],
  applies: (subject) => subject.settings.dockerfile?.strictLabels === true || "labels are not set down strictly",
  *check(subject) {
    const known = new Set(Object.keys(subject.settings.dockerfile?.labels ?? {}));
    for (const { name, range } of labelsOf(subject))
      if (!known.has(name))
        yield {
          at: range,
          message: `the label ${name} is not among those set down`,
          advice: `Use one of ${[...known].join(", ") || "none"}.`,
        };
  },
});
