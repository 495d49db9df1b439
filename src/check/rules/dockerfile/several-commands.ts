import { fileRule } from "../../dockerfile/define.ts";
import { repeated } from "../../dockerfile/repeated.ts";

export const severalCommands = fileRule({
  id: "dockerfile/several-commands",
  aliases: ["hadolint:DL4003", "buildkit:MultipleInstructionsDisallowed", "trivy:DS-0016", "kics:multiple_cmd_instructions_listed"],
  severity: "warning",
  summary: "A stage has one CMD at most.",
  why: "Only the last one counts. Whoever reads the first believes that the container starts something that it does not.",
  source: "https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/",
  examples: [{ bad: 'FROM node:24\nCMD ["a"]\nCMD ["b"]\n', good: 'FROM node:24 AS base\nCMD ["a"]\nFROM base\nCMD ["b"]\n' }],
  check: (subject) => repeated(subject, "CMD"),
});
