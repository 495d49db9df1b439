import { fileRule } from "../../dockerfile/define.ts";
import { written } from "../../dockerfile/walk.ts";

export const keyValueForm = fileRule({
  id: "dockerfile/key-value-form",
  aliases: ["buildkit:LegacyKeyValueFormat"],
  severity: "info",
  summary: "ENV and LABEL are written with an equals sign.",
  why: "Without it everything to the end of the line is one value: what was meant as a second variable silently becomes part of the first.",
  source: "https://docs.docker.com/reference/build-checks/legacy-key-value-format/",
  examples: [{ bad: "FROM node:24\nENV MODE production\n", good: "FROM node:24\nENV MODE=production\n" }],
  *check(subject) {
    for (const { instruction } of written(subject, "ENV", "LABEL"))
      for (const { key, legacy } of instruction.pairs)
        if (legacy)
          yield {
            at: instruction.head,
            message: `${instruction.keyword} ${key.text} has no equals sign: all of the line is its value`,
            advice: `Write ${instruction.keyword} ${key.text}=<value>, in quotes where it has blanks.`,
          };
  },
});
