import { fileRule } from "../../dockerfile/define.ts";
import { labelsOf } from "../../dockerfile/labels.ts";

const settings = { dockerfile: { labels: { owner: "text" } } } as const;

export const labelEmpty = fileRule({
  id: "dockerfile/label-empty",
  aliases: ["hadolint:DL3051"],
  severity: "warning",
  summary: "A label that is set down for all images is not empty.",
  why: "It passes for set where only its name is asked for, and says nothing to whoever reads it.",
  source: "https://docs.docker.com/engine/manage-resources/labels/",
  examples: [
    { bad: { text: 'FROM node:24\nLABEL owner=""\n', settings }, good: { text: 'FROM node:24\nLABEL owner="shop" other=""\n', settings } },
  ],
  applies: (subject) => subject.settings.dockerfile?.labels !== undefined || "no labels are set down for all images",
  *check(subject) {
    const wanted = subject.settings.dockerfile?.labels ?? {};
    for (const { name, value, range } of labelsOf(subject))
      if (Object.hasOwn(wanted, name) && value?.trim() === "")
        yield { at: range, message: `the label ${name} is empty`, advice: "Give it a value." };
  },
});
