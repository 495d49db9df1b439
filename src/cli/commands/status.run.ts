import { ERRORS, systemClock } from "../../core/index.ts";
import { scanStatus } from "../../ship/index.ts";
import { projectOf } from "../chosen-project.ts";
import { openHost } from "../host.ts";
import type { ProjectFlags } from "../flags.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { renderStatus } from "../render/status.ts";

export type Flags = ProjectFlags;

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const project = await projectOf(context, flags);
  using host = await openHost(context, project);
  const status = await host.releases.status(project.name);
  const waits = status.unfinished?.paused !== undefined;
  const exit = status.drift.length > 0 ? 1 : waits ? ERRORS.PAUSED.exit : status.unfinished === undefined ? 0 : 1;
  const scans = scanStatus({ ...host, project, clock: systemClock });
  return {
    exit,
    human: renderStatus(status, Date.now(), scans),
    json: { schema: "seaworthy/status@1", ...status, ...(scans === undefined ? {} : { scans }) },
  };
});
