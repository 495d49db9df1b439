import type { Evidence, ItemId, Verdict } from "../checklist/index.ts";
import type { Engine } from "../engine/index.ts";
import type { ReleaseLine } from "./history.ts";
import { LABELS, liveContainer } from "./live.ts";
import { READINGS } from "./readings.ts";

interface Sources {
  readonly engine: Engine;
  readonly project: string;
  readonly history: readonly ReleaseLine[];
  readonly now: number;
}

const zeroDowntime = (history: readonly ReleaseLine[]): { readonly verdict: Verdict; readonly because: string } => {
  const untried = (reason: string) => ({ verdict: { state: "not-tried", reason } as const, because: reason });
  // The first release of all replaced nothing, so it shows nothing.
  const replaced = history.filter(({ outcome }) => outcome === "live").slice(0, -1);
  const measured = replaced.flatMap(({ release, report }) =>
    report.flatMap((one) => (one.measured && one.requests > 0 ? [{ release, ...one }] : [])),
  );
  const latest = measured[0];
  if (latest === undefined)
    return untried(replaced.length === 0 ? "nothing has been replaced yet" : "no request came while a release was replaced");
  const bad = measured.find(({ release, failed }) => release === latest.release && failed > 0);
  const words = (one: typeof latest): string =>
    `r${one.release}: ${one.failed} of ${one.requests} requests to ${one.service} failed while it was replaced`;
  return bad === undefined
    ? { verdict: { state: "proven" }, because: words(latest) }
    : { verdict: { state: "disproved" }, because: words(bad) };
};

const rollback = (history: readonly ReleaseLine[]): { readonly verdict: Verdict; readonly because: string } => {
  const back = history.find(({ rollbackTo, outcome }) => rollbackTo !== undefined && outcome === "live");
  if (back === undefined)
    return {
      verdict: { state: "not-tried", reason: "no release has been rolled back yet" },
      because: "no release has been rolled back yet",
    };
  return { verdict: { state: "proven" }, because: `r${back.release} brought back r${back.rollbackTo} by digest in ${back.seconds} s` };
};

/** What the server itself shows: every running container's own settings, and what past releases cost. */
export const liveEvidence = async ({ engine, project, history, now }: Sources): Promise<readonly Evidence[]> => {
  const summaries = await engine.containers.list({ [LABELS.project]: project });
  const running = summaries.filter(({ state }) => state === "running");
  const readings = await Promise.all(
    running.map(async (summary): Promise<readonly Evidence[]> => {
      const container = await engine.containers.inspect(summary.name);
      if (container === undefined) return [];
      const { service } = liveContainer(summary);
      return READINGS.map(({ item, against, holds }): Evidence => {
        const problem = against(container);
        return {
          item,
          subject: { kind: "service", service },
          kind: "live",
          verdict: { state: problem === undefined ? "proven" : "disproved" },
          source: "release/readings",
          because: `${summary.name}: ${problem ?? holds}`,
          at: now,
        };
      });
    }),
  );
  if (history.every(({ outcome }) => outcome !== "live")) return readings.flat();
  const ofProject = (item: ItemId, found: { readonly verdict: Verdict; readonly because: string }): Evidence => ({
    item,
    subject: { kind: "project", project },
    kind: "live",
    source: "release/history",
    at: now,
    ...found,
  });
  return [...readings.flat(), ofProject("zero-downtime", zeroDowntime(history)), ofProject("rollback", rollback(history))];
};
