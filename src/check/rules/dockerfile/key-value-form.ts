import { fileRule } from "../../dockerfile/define.ts";
import { peersOfTrigger, written } from "../../dockerfile/walk.ts";

const PEERS = ["buildkit:LegacyKeyValueFormat"];

export const keyValueForm = fileRule({
  id: "dockerfile/key-value-form",
  aliases: PEERS,
  severity: "info",
  summary: "What ENV, LABEL and ARG set is written with an equals sign.",
  why: "Without it everything to the end of the line is one value: what was meant as a second variable silently becomes part of the first.",
  source: "https://docs.docker.com/reference/build-checks/legacy-key-value-format/",
  examples: [
    { bad: "FROM node:24\nENV MODE production\n", good: "FROM node:24\nENV MODE=production\n" },
    { bad: "FROM node:24\nARG MODE production\n", good: "FROM node:24\nARG TARGETOS TARGETARCH\n" },
  ],
  *check(subject) {
    for (const one of written(subject, "ARG")) {
      const { instruction } = one;
      const [first, second, ...more] = instruction.keyword === "ARG" ? instruction.args : [];
      if (first === undefined || second === undefined || more.length > 0 || first.value !== undefined || second.value !== undefined)
        continue;
      const name = second.name.text;
      // Two names are a list; what is no name of an argument, and is asked for nowhere, was meant for a value.
      const isValue =
        !/^[A-Za-z_]\w*$/.test(name) ||
        (name === name.toLowerCase() && !subject.source.text.includes(`$${name}`) && !subject.source.text.includes(`{${name}`));
      if (isValue)
        yield {
          at: second.word.range,
          message: `ARG declares a second argument ${name} here, and gives ${first.name.text} no default`,
          advice: `Write ARG ${first.name.text}=${name}.`,
          confidence: "likely",
          ...peersOfTrigger(one, subject, PEERS),
        };
    }
    for (const one of written(subject, "ENV", "LABEL")) {
      const { instruction } = one;
      for (const { key, legacy } of instruction.pairs)
        if (legacy)
          yield {
            at: instruction.head,
            message: `${instruction.keyword} ${key.text} has no equals sign: all of the line is its value`,
            advice: `Write ${instruction.keyword} ${key.text}=<value>, in quotes where it has blanks.`,
            ...peersOfTrigger(one, subject, PEERS),
          };
    }
  },
});
