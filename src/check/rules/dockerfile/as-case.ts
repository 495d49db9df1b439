import { fileRule } from "../../dockerfile/define.ts";

export const asCase = fileRule({
  id: "dockerfile/as-case",
  aliases: ["buildkit:FromAsCasing"],
  severity: "info",
  summary: "AS is written as FROM is: both in upper case, or both in lower.",
  why: "The two words are one instruction. Mixed, the eye takes the lower one for part of the image's name, and the name of the stage is missed.",
  source: "https://docs.docker.com/reference/build-checks/from-as-casing/",
  examples: [
    { bad: "FROM node:24 as build\n", good: "FROM node:24 AS build\n" },
    { bad: "from node:24 AS build\n", good: "from node:24 as build\n" },
  ],
  *check({ file }) {
    for (const { from } of file.stages) {
      if (from?.as === undefined) continue;
      const keyword = from.word.text;
      const { text } = from.as;
      // A FROM that is of neither case has a finding of its own.
      const wanted = keyword === keyword.toUpperCase() ? text.toUpperCase() : keyword === keyword.toLowerCase() ? text.toLowerCase() : text;
      if (text !== wanted) yield { at: from.as.range, message: `${text} is not in the case of ${keyword}`, advice: `Write ${wanted}.` };
    }
  },
});
