import { judge } from "../../checklist/index.ts";
import { checkProject } from "../../check/index.ts";
import { checklistDocument, renderChecklist } from "../../report/index.ts";
import { withNewestScans } from "../../ship/index.ts";
import type { ProjectFlags } from "../flags.ts";
import { projectOf } from "../chosen-project.ts";
import { openHost } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";

export type Flags = ProjectFlags;

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const project = await projectOf(context, flags);
  const now = Date.now();
  using host = await openHost(context, project);
  const shipped = await host.releases.evidence(project.name);
  const evidence = shipped.length > 0 ? withNewestScans({ ...host, project }, shipped) : checkProject(project, { now }).evidence;
  const verdicts = judge(evidence, project.policy, now);
  const exit = verdicts.some(({ verdict }) => verdict.state === "disproved") ? 1 : 0;
  return {
    exit,
    human: renderChecklist(verdicts, { style: context.colour.stdout ? "ansi" : "plain" }),
    json: checklistDocument(verdicts),
  };
});
