import { renderChecklist } from "../../report/index.ts";
import { ship } from "../../ship/index.ts";
import type { RolloutFlags } from "../flags.ts";
import { withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { renderChanges } from "../render/changes.ts";
import { renderPlan } from "../render/plan.ts";
import { renderStage } from "../render/stage.ts";

export type Flags = RolloutFlags;

export const run = reporting<Flags, []>((context, flags) =>
  withVoyage(context, flags, async (voyage): Promise<Outcome> => {
    const report = await ship(voyage, (stage) => {
      if (flags.json !== true) context.process.stdout.write(`${renderStage(stage, context.colour.stdout)}\n`);
    });
    const { outcome, plan, changes } = voyage;
    const human = [
      ...(changes === undefined ? [] : [renderChanges(changes)]),
      ...(plan === undefined ? [] : [renderPlan(plan)]),
      ...(report.refusedBy === undefined ? [renderChecklist(report.checklist, { style: context.colour.stdout ? "ansi" : "plain" })] : []),
    ].join("\n\n");
    return {
      exit: report.exit,
      human,
      json: {
        schema: "seaworthy/ship@1",
        ok: report.exit === 0,
        ...report,
        ...(changes === undefined ? {} : { changes }),
        ...(plan === undefined ? {} : { plan }),
        ...(outcome?.state === "live"
          ? { release: { id: `r${outcome.release}`, version: voyage.version, seconds: outcome.seconds, reports: outcome.reports } }
          : {}),
      },
    };
  }),
);
