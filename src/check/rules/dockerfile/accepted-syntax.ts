import type { Diagnostic, DiagnosticCode } from "../../../source/dockerfile/index.ts";
import { fileRule } from "../../dockerfile/define.ts";

/** Said by rules of their own, with what to do. */
const ELSEWHERE: ReadonlySet<DiagnosticCode> = new Set(["no-stage-yet", "no-stages", "onbuild", "expose"]);
const OWN_RULE = /^circular dependency|^cannot copy from stage|should not be blank$|^empty platform value/;

const isOurs = ({ code, severity, message }: Diagnostic): boolean =>
  severity === "error" && !ELSEWHERE.has(code) && !(code === "reference" && OWN_RULE.test(message));

export const acceptedSyntax = fileRule({
  id: "dockerfile/accepted-syntax",
  aliases: [],
  severity: "error",
  summary: "BuildKit accepts the file.",
  why: "It refuses to build from it at all: this is what docker build would say, before anything is run.",
  source: "https://docs.docker.com/reference/dockerfile/",
  examples: [
    { bad: "FROM node:24\nCPOY . /app\n", good: "FROM node:24\nCOPY . /app\n" },
    { bad: "FROM node:24\nHEALTHCHECK --intervall=5s CMD true\n", good: "FROM node:24\nHEALTHCHECK --interval=5s CMD true\n" },
  ],
  *check({ file, evaluation }) {
    for (const diagnostic of [...file.diagnostics, ...evaluation.diagnostics])
      if (isOurs(diagnostic)) yield { at: diagnostic.range, message: diagnostic.message, advice: "Correct it as the reference has it." };
  },
});
