import { fileRule } from "../../dockerfile/define.ts";

const IGNORES =
  /^(?:hadolint\s+(?:(?:global|stage)\s+)?ignore\s*=|check\s*=\s*skip\s*=|(?:trivy|tfsec):ignore:|checkov:skip\s*=|seaworthy\s+ignore\s*=)/i;

export const ignoreComments = fileRule({
  id: "dockerfile/ignore-comments",
  aliases: ["hadolint:DL1001"],
  severity: "info",
  profile: "strict",
  summary: "No comment keeps a check from speaking.",
  why: "For those who decide in one place, not line by line, what is lived with: a comment is read by nobody but the tool.",
  source: "https://github.com/hadolint/hadolint#inline-ignores",
  examples: [{ bad: "FROM node:24\n# hadolint ignore=DL3003\nRUN cd /app && make\n", good: "# hadolint shell=powershell\nFROM node:24\n" }],
  *check({ file }) {
    for (const { text, range } of file.comments)
      if (IGNORES.test(text))
        yield {
          at: range,
          message: "a check is ignored by a comment",
          advice: "Mend what it hides, or decide in x-seaworthy.check.ignore.",
        };
  },
});
