import { fileRule } from "../../dockerfile/define.ts";

const REFUSED = /^(ONBUILD|FROM|MAINTAINER)\b/i;

export const onbuildTrigger = fileRule({
  id: "dockerfile/onbuild-trigger",
  aliases: ["hadolint:DL3043", "kics:from_or_maintainer_cannot_be_triggered_within_onbuild"],
  severity: "error",
  summary: "ONBUILD takes no ONBUILD, FROM or MAINTAINER.",
  why: "They cannot run in another's build: BuildKit refuses the file, and an image that an older builder made cannot be built on.",
  source: "https://docs.docker.com/reference/dockerfile/#onbuild-limitations",
  examples: [{ bad: "FROM node:24\nONBUILD FROM node:24\n", good: "FROM node:24\nONBUILD COPY . /app\n" }],
  *check({ file }) {
    for (const instruction of file.instructions) {
      const [, keyword] = instruction.keyword === "ONBUILD" ? (REFUSED.exec(instruction.rest.text) ?? []) : [];
      if (keyword !== undefined)
        yield { at: instruction.head, message: `${keyword} cannot be put off with ONBUILD`, advice: "Remove the line." };
    }
  },
});
