import { renderChecklist } from "../../report/index.ts";
import { formatPlatform, isoTime } from "../../core/index.ts";
import { ship, type Voyage } from "../../ship/index.ts";
import type { RolloutFlags } from "../flags.ts";
import { withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { renderChanges } from "../render/changes.ts";
import { renderPlan } from "../render/plan.ts";
import { renderStage } from "../render/stage.ts";

export type Flags = RolloutFlags;

/** One image as a script wants it; seaworthy scan tells more. */
const scanFacts = ({ subject: { service, digest, platform }, done, verdict }: NonNullable<Voyage["scanned"]>[number]) => ({
  service,
  digest,
  platform: formatPlatform(platform),
  passed: verdict.passed,
  advisories: { builtAt: isoTime(done.advisories.builtAt) },
  judged: done.judged,
  vulnerabilities: done.vulnerabilities.length,
  excused: verdict.suppressed.length,
  refused: verdict.open
    .filter(({ refused }) => refused !== undefined)
    .map(({ vulnerability: { id, name, version, severity, fixed }, refused }) => ({
      id,
      package: name,
      version,
      severity: severity?.rating ?? "unknown",
      ...(fixed === undefined ? {} : { fixed }),
      because: refused,
    })),
  blindSpots: done.blindSpots,
});

export const run = reporting<Flags, []>((context, flags) =>
  withVoyage(context, flags, async (voyage): Promise<Outcome> => {
    const report = await ship(voyage, (stage) => {
      if (flags.json !== true) context.process.stdout.write(`${renderStage(stage, context.colour.stdout)}\n`);
    });
    const { outcome, plan, changes, scanned } = voyage;
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
        ...(scanned === undefined ? {} : { scans: scanned.map(scanFacts) }),
        ...(changes === undefined ? {} : { changes }),
        ...(plan === undefined ? {} : { plan }),
        ...(outcome?.state === "live"
          ? { release: { id: `r${outcome.release}`, version: voyage.version, seconds: outcome.seconds, reports: outcome.reports } }
          : {}),
      },
    };
  }),
);
