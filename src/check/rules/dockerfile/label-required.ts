import { fileRule } from "../../dockerfile/define.ts";
import { imageStages } from "../../dockerfile/labels.ts";
import { stageName } from "../../dockerfile/walk.ts";

const settings = { dockerfile: { labels: { owner: "text" } } } as const;

export const labelRequired = fileRule({
  id: "dockerfile/label-required",
  aliases: ["hadolint:DL3049"],
  severity: "warning",
  summary: "Every image has the labels that are set down for all.",
  why: "What finds an owner, a price or a policy by label does not see the image without it.",
  source: "https://docs.docker.com/engine/manage-resources/labels/",
  examples: [
    { bad: { text: "FROM node:24\n", settings }, good: { text: 'FROM node:24 AS base\nLABEL owner="shop"\nFROM base\n', settings } },
    {
      bad: { text: 'FROM node:24 AS base\nLABEL owner="shop"\nFROM node:24\nCOPY --from=base /a /a\n', settings },
      good: { text: 'FROM node:24 AS build\nFROM node:24\nLABEL owner="shop"\nCOPY --from=build /a /a\n', settings },
    },
  ],
  applies: (subject) => subject.settings.dockerfile?.labels !== undefined || "no labels are set down for all images",
  *check(subject) {
    const wanted = Object.keys(subject.settings.dockerfile?.labels ?? {});
    for (const stage of imageStages(subject)) {
      const missing = wanted.filter((name) => !stage.config.labels.has(name));
      if (missing.length > 0)
        yield {
          at: stage.stage.from?.head ?? stage.stage.range,
          message: `${stageName(stage)} has no label ${missing.join(", ")}`,
          advice: `Write LABEL ${missing.map((name) => `${name}="..."`).join(" ")}.`,
        };
    }
  },
});
