import { fileRule } from "../../dockerfile/define.ts";
import { repeated } from "../../dockerfile/repeated.ts";

export const severalHealthchecks = fileRule({
  id: "dockerfile/several-healthchecks",
  aliases: ["hadolint:DL3012", "buildkit:MultipleInstructionsDisallowed", "trivy:DS-0023", "kics:do_not_use_multiple_healthcheck"],
  item: "healthcheck",
  severity: "warning",
  summary: "A stage has one HEALTHCHECK at most.",
  why: "Only the last one counts. Whoever reads the first believes that something is watched that nobody asks for.",
  source: "https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/",
  examples: [
    {
      bad: 'FROM node:24\nHEALTHCHECK CMD ["a"]\nHEALTHCHECK CMD ["b"]\n',
      good: 'FROM node:24 AS base\nHEALTHCHECK CMD ["a"]\nFROM base\nHEALTHCHECK NONE\n',
    },
  ],
  check: (subject) => repeated(subject, "HEALTHCHECK"),
});
