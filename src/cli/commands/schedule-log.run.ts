import { projectOf } from "../chosen-project.ts";
import type { ProjectFlags } from "../flags.ts";
import { openHost } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { runLines } from "../render/schedule.ts";

export interface Flags extends ProjectFlags {
  readonly runs?: number;
}

const SHOWN = 20;

export const run = reporting<Flags, [string]>(async (context, flags, service): Promise<Outcome> => {
  const project = await projectOf(context, flags);
  using host = await openHost(context, project);
  const runs = host.releases.runsOf(project.name, service, flags.runs ?? SHOWN);
  return {
    exit: 0,
    human:
      runs.length === 0 ? `${project.name}: no run of ${service} is known` : runs.flatMap((one) => runLines(one, Date.now())).join("\n"),
    json: { schema: "seaworthy/runs@1", project: project.name, service, runs },
  };
});
