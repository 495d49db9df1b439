import { projectOf } from "../chosen-project.ts";
import { openHost } from "../host.ts";
import type { ProjectFlags } from "../flags.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { renderHistory } from "../render/history.ts";

export type Flags = ProjectFlags;

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const project = await projectOf(context, flags);
  using host = await openHost(context, project);
  const releases = host.releases.history(project.name);
  return { exit: 0, human: renderHistory(releases, Date.now()), json: { schema: "seaworthy/history@1", project: project.name, releases } };
});
