import { unsetUses } from "../../dockerfile/bases.ts";
import { fileRule } from "../../dockerfile/define.ts";
import { AUTOMATIC_ARGS } from "../../../source/dockerfile/index.ts";
import { nearest } from "../../dockerfile/nearest.ts";

export const undefinedArgInFrom = fileRule({
  id: "dockerfile/undefined-arg-in-from",
  aliases: ["buildkit:UndefinedArgInFrom"],
  severity: "error",
  summary: "A variable in FROM is declared by an ARG above the first FROM.",
  why: "FROM sees only those: an ARG inside a stage, or a name that is misspelt, is empty there, and another image than the one meant is taken, or none.",
  source: "https://docs.docker.com/reference/build-checks/undefined-arg-in-from/",
  examples: [
    { bad: "FROM node:24${VARIANT}\n", good: "ARG VARIANT=-slim\nFROM node:24${VARIANT}\n" },
    { bad: "FROM --platform=$BUILDPLATTFORM node:24\n", good: "FROM --platform=$BUILDPLATFORM node:24\n" },
  ],
  *check({ file, evaluation }) {
    const declared = file.globalArgs.flatMap((one) => one.args.map(({ name }) => name.text));
    for (const { image, platform } of evaluation.stages)
      for (const expanded of [image, platform])
        for (const use of expanded === undefined ? [] : unsetUses(expanded.word, expanded.uses)) {
          const meant = nearest(use.name, [...declared, ...AUTOMATIC_ARGS]);
          yield {
            at: expanded?.word.rangeOf(use.start, use.end) ?? file.source.range(0, 0),
            message: `no ARG above the first FROM declares ${use.name}: it is empty here`,
            advice: meant === undefined ? `Write ARG ${use.name}=<default> above the first FROM.` : `Did you mean ${meant}?`,
          };
        }
  },
});
