import { forTerminal, isoTime } from "../../core/index.ts";
import { type ProjectStatus, type Run, wordsOfRun } from "../../release/index.ts";
import { ago } from "./table.ts";

const clockTime = (at: number): string => isoTime(at).replace("T", " ").replace("Z", " UTC");

/** One line for each service that runs by a schedule, and what it said last where that failed. */
export const scheduleLines = ({ schedules = [], watcher }: Pick<ProjectStatus, "schedules" | "watcher">, now: number): readonly string[] =>
  schedules.flatMap(({ service, cron, timezone, nextAt, running, open, last, failures }) => {
    const state = [
      watcher === undefined ? "not run by anybody (seaworthy agent)" : `next ${clockTime(nextAt)}`,
      ...(running === undefined ? [] : [`a run of r${running.release} is under way since ${ago(running.begunAt, now)}`]),
      ...(open === undefined ? [] : [`a run of r${open.release} was left behind; the next agent finds out what became of it`]),
      last?.ended === undefined ? "no run yet" : `last ${wordsOfRun(last)} (${ago(last.ended.at, now)})`,
      ...(failures > 1 ? [`${failures} failures in a row`] : []),
    ].join("; ");
    const bad = last?.ended !== undefined && last.ended.outcome !== "succeeded" && last.ended.outcome !== "missed";
    const log = bad ? (last.ended?.log ?? []).slice(-5).map((line) => `      ${forTerminal(line)}`) : [];
    return [`  ${service}  at ${cron} (${timezone}): ${forTerminal(state)}`, ...log];
  });

/** One run, with what it said last. */
export const runLines = (run: Run, now: number): readonly string[] => {
  const { dueAt, who, begunAt, ended } = run;
  const cause = dueAt === undefined ? `by hand (${who})` : `for ${clockTime(dueAt)}`;
  return [
    forTerminal(`${clockTime(begunAt)} (${ago(begunAt, now)}) ${cause}: ${wordsOfRun(run)}`),
    ...(ended?.log ?? []).map((line) => `    ${forTerminal(line)}`),
  ];
};
