import { atLeast } from "../../checklist/index.ts";
import { checkProject, RULES } from "../../check/index.ts";
import { findingsDocument, renderFindings } from "../../report/index.ts";
import type { ProjectFlags } from "../flags.ts";
import { projectOf } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";

export type Flags = ProjectFlags;

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const project = await projectOf(context, flags);
  const { findings, suppressed } = checkProject(project, { now: Date.now() });
  const threshold = project.settings.check.fail ?? (project.policy.profile === "dev" ? "error" : "warning");
  const exit = findings.some(({ severity }) => atLeast(severity, threshold)) ? 1 : 0;
  const human = renderFindings(findings, {
    sources: project.files,
    style: context.terminal.stdout ? "ansi" : "plain",
    ignored: suppressed.length,
    whyOf: (rule) => RULES.find(({ id }) => id === rule)?.why,
  });
  return { exit, human, json: findingsDocument(findings, suppressed) };
});
