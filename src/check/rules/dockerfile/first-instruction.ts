import { fileRule } from "../../dockerfile/define.ts";

export const firstInstruction = fileRule({
  id: "dockerfile/first-instruction",
  aliases: ["hadolint:DL3061", "kics:first_instruction_should_be_arg_or_from"],
  severity: "error",
  summary: "Nothing but ARG stands before the first FROM.",
  why: "Everything else belongs to a stage, and there is none yet: BuildKit refuses the file, or, where the line was meant for the stage below, it is lost.",
  source: "https://docs.docker.com/reference/dockerfile/#format",
  examples: [{ bad: 'LABEL a="b"\nFROM node:24\n', good: 'ARG TAG=24\nFROM node:${TAG}\nLABEL a="b"\n' }],
  *check({ file }) {
    const stray = file.stages.find((stage) => stage.from === undefined)?.instructions[0];
    if (stray !== undefined)
      yield {
        at: stray.word.range,
        message: `${stray.word.text} stands before the first FROM, in no stage`,
        advice: "Move it below the FROM that it belongs to.",
      };
  },
});
