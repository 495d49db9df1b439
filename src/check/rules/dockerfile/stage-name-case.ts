import { fileRule } from "../../dockerfile/define.ts";

export const stageNameCase = fileRule({
  id: "dockerfile/stage-name-case",
  aliases: ["buildkit:StageNameCasing"],
  severity: "info",
  summary: "A stage's name is written in lower case.",
  why: "The builder compares names in lower case and shows them so; written otherwise they are not found by a search for what a message says.",
  source: "https://docs.docker.com/reference/build-checks/stage-name-casing/",
  examples: [{ bad: "FROM node:24 AS BuildApp\n", good: "FROM node:24 AS build-app\n" }],
  *check({ file }) {
    for (const { from } of file.stages) {
      const name = from?.name;
      if (name !== undefined && name.text !== name.text.toLowerCase())
        yield { at: name.range, message: `the stage ${name.text} is not in lower case`, advice: `Write ${name.text.toLowerCase()}.` };
    }
  },
});
