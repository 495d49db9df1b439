import { fileRule } from "../../dockerfile/define.ts";
import { written } from "../../dockerfile/walk.ts";

/** Without the quotes around the whole of it. */
const unquoted = (text: string): string => /^"([^"]*)"$/.exec(text)?.[1] ?? text;

export const maintainer = fileRule({
  id: "dockerfile/maintainer",
  aliases: [
    "hadolint:DL4000",
    "buildkit:MaintainerDeprecated",
    "trivy:DS-0022",
    "checkov:CKV_DOCKER_6",
    "kics:maintainer_instruction_being_used",
  ],
  severity: "info",
  summary: "MAINTAINER is not used: a label says who looks after the image.",
  why: "It has been deprecated since 2017, sets a field that is not among the labels, and will be refused one day.",
  source: "https://docs.docker.com/reference/build-checks/maintainer-deprecated/",
  examples: [
    { bad: "FROM node:24\nMAINTAINER ops@example.org\n", good: 'FROM node:24\nLABEL org.opencontainers.image.authors="ops@example.org"\n' },
  ],
  *check(subject) {
    for (const { instruction } of written(subject, "MAINTAINER"))
      yield {
        at: instruction.word.range,
        message: "MAINTAINER is deprecated",
        advice: `Write LABEL org.opencontainers.image.authors="${unquoted(instruction.value?.text ?? "").replaceAll('"', String.raw`\"`)}".`,
      };
  },
});
