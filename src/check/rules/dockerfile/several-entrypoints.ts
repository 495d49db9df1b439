import { fileRule } from "../../dockerfile/define.ts";
import { repeated } from "../../dockerfile/repeated.ts";

export const severalEntrypoints = fileRule({
  id: "dockerfile/several-entrypoints",
  aliases: ["hadolint:DL4004", "buildkit:MultipleInstructionsDisallowed", "trivy:DS-0007", "kics:multiple_entrypoint_instructions_listed"],
  severity: "warning",
  summary: "A stage has one ENTRYPOINT at most.",
  why: "Only the last one counts. Whoever reads the first believes that the container starts something that it does not.",
  source: "https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/",
  examples: [
    {
      bad: 'FROM node:24\nENTRYPOINT ["a"]\nENTRYPOINT ["b"]\n',
      good: 'FROM node:24 AS base\nENTRYPOINT ["a"]\nFROM base\nENTRYPOINT ["b"]\n',
    },
  ],
  check: (subject) => repeated(subject, "ENTRYPOINT"),
});
