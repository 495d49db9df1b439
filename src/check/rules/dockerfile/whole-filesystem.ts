import { fileRule } from "../../dockerfile/define.ts";
import { textOf, written } from "../../dockerfile/walk.ts";

export const wholeFilesystem = fileRule({
  id: "dockerfile/whole-filesystem",
  aliases: ["hadolint:DL3067"],
  item: "minimal-base",
  severity: "warning",
  summary: "Of another stage or image only what is needed is copied, not all of it.",
  why: "Compilers, package caches and whatever secrets that stage held come along: the image is as large as if there had been one stage.",
  source: "https://docs.docker.com/build/building/multi-stage/",
  examples: [
    {
      bad: "FROM node:24 AS build\nFROM scratch\nCOPY --from=build / /\n",
      good: "FROM node:24 AS build\nFROM scratch\nCOPY --from=build /app /app\n",
    },
  ],
  *check(subject) {
    for (const one of written(subject, "COPY")) {
      const { from, sources, destination } = one.instruction;
      if (from === undefined || destination === undefined || textOf(one, destination) !== "/") continue;
      if (sources.some((source) => source.kind === "path" && /^\/(?:\.|\*)?$/.test(textOf(one, source.word) ?? "")))
        yield {
          at: one.instruction.head,
          message: `everything in ${from.text} is copied`,
          advice: "Copy the files that run. To start where another stage ended, write FROM with its name.",
        };
    }
  },
});
