import { projectOf } from "../chosen-project.ts";
import type { ProjectFlags } from "../flags.ts";
import { openHost } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { scheduleLines } from "../render/schedule.ts";

export type Flags = ProjectFlags;

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const project = await projectOf(context, flags);
  using host = await openHost(context, project);
  const status = await host.releases.status(project.name);
  const { schedules = [], watcher } = status;
  const unwell = watcher === undefined || schedules.some(({ failures }) => failures > 0);
  return {
    exit: schedules.length > 0 && unwell ? 1 : 0,
    human:
      schedules.length === 0 ? `${project.name}: nothing that is live runs by a schedule` : scheduleLines(status, Date.now()).join("\n"),
    json: { schema: "seaworthy/schedules@1", project: project.name, schedules, ...(watcher === undefined ? {} : { watcher }) },
  };
});
