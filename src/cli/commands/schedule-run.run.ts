import { SeaworthyError } from "../../core/index.ts";
import { projectOf } from "../chosen-project.ts";
import type { ChangeFlags } from "../flags.ts";
import { openHost } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";
import { runLines } from "../render/schedule.ts";

export type Flags = ChangeFlags;

export const run = reporting<Flags, [string]>(async (context, flags, service): Promise<Outcome> => {
  const project = await projectOf(context, flags);
  using host = await openHost(context, project);
  if (flags.dryRun === true) {
    const { live, schedules = [] } = await host.releases.status(project.name);
    const planned = schedules.find((one) => one.service === service);
    if (live === undefined || planned === undefined)
      throw new SeaworthyError("INPUT_NOT_FOUND", `nothing of that name that is live in ${project.name} runs by a schedule: ${service}`, {
        hint: "seaworthy schedule list has them.",
      });
    return {
      exit: 0,
      human: `would run ${service} once as release r${live.release} (${live.version}) has it; nothing was changed`,
      json: { schema: "seaworthy/runs@1", project: project.name, service, wouldRun: { release: live.release } },
    };
  }
  const progress = progressFor(context, flags);
  progress.begin("run", service);
  const done = await host.releases.runScheduled(project.name, service, { signal: context.signal });
  progress.end("run", service);
  return {
    exit: done.ended?.outcome === "succeeded" ? 0 : 1,
    human: runLines(done, Date.now()).join("\n"),
    json: { schema: "seaworthy/runs@1", project: project.name, service, runs: [done] },
  };
});
