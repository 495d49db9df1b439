import type { ProjectStatus } from "../../release/index.ts";
import type { ScanStatus } from "../../ship/index.ts";
import { formatDecision } from "./history.ts";
import { scanLines } from "./scans.ts";
import { scheduleLines } from "./schedule.ts";
import { ago, table } from "./table.ts";

const headline = ({ project, live }: ProjectStatus, now: number): string =>
  live === undefined
    ? `${project}: nothing is live`
    : `${project}: release r${live.release} (${live.version}) is live since ${ago(live.at, now)}`;

const waiting = (open: NonNullable<ProjectStatus["unfinished"]>, now: number): readonly string[] => {
  const { paused, weights = {}, decisions = [] } = open;
  if (paused === undefined) return [];
  const until = paused.untilAt === undefined ? "" : `; goes on by itself in ${Math.max(0, Math.round((paused.untilAt - now) / 1000))} s`;
  return [
    `  release r${open.release} (${open.version}) waits since ${ago(paused.since, now)} at ${paused.step}: ${paused.because}${until}`,
    ...Object.entries(weights).map(([service, weight]) => `  ${service}: ${weight} % of the requests go to r${open.release}`),
    ...decisions.map((one) => `  ${formatDecision(one)}`),
    `  -> seaworthy promote goes on with it, seaworthy abort takes it back`,
  ];
};

const unfinished = ({ unfinished: open, project }: ProjectStatus, now: number): readonly string[] =>
  open === undefined
    ? []
    : open.paused !== undefined
      ? waiting(open, now)
      : [
          `  release r${open.release} (${open.version}) is unfinished: ${open.done} of ${open.steps} steps done${open.lastStep === undefined ? "" : `, the last begun was ${open.lastStep}`}${open.turningBack ? ", turning back" : ""}`,
          `  -> seaworthy deploy --resume brings ${project} to the new or the old release`,
        ];

const byHand = ({ services }: ProjectStatus, now: number): readonly string[] =>
  services.flatMap(({ service, closed, paused }) => {
    const why = (words: string): string => (words === "" ? "" : `: ${words}`);
    return [
      ...(closed === undefined
        ? []
        : [
            `  ${service}: closed for maintenance by ${closed.who} ${ago(closed.at, now)}${why(closed.why)} (seaworthy maintenance off ${service})`,
          ]),
      ...(paused === undefined
        ? []
        : [
            `  ${service}: paused by ${paused.who} ${ago(paused.at, now)}${why(paused.why)}; requests wait for at most ${Math.max(1, Math.ceil((paused.untilAt - now) / 1000))} s more (seaworthy resume ${service})`,
          ]),
    ];
  });

export const renderStatus = (status: ProjectStatus, now: number, scans?: ScanStatus): string => {
  const rows = status.services.flatMap(({ service, containers }) =>
    containers.map(({ name, state, health, restartCount, server, release }) => [
      `  ${service}`,
      name,
      `r${release}`,
      `${state}${health === undefined ? "" : ` (${health})`}${restartCount === 0 ? "" : `, ${restartCount} restarts`}`,
      server === undefined ? "" : `proxy ${server.status}, weight ${server.weight}, ${server.current} requests under way`,
    ]),
  );
  const holders = Object.entries(status.holders).map(
    ([service, { who, pid, what, since }]) =>
      `  ${service}: ${who} (process ${pid}) is at work for ${ago(since, now).replace(" ago", "")}: ${what}`,
  );
  const { watcher } = status;
  const watched =
    status.live === undefined
      ? []
      : [
          watcher === undefined
            ? "  nobody watches between deploys: what crashes is left to HAProxy's checks until somebody looks (seaworthy agent)"
            : `  watched by ${watcher.who} (process ${watcher.pid}) since ${ago(watcher.since, now)}`,
        ];
  const notices = (status.notices ?? []).map((line) => `  note: ${line}`);
  const drift = status.drift.length === 0 ? [] : ["", "differs from the live release:", ...status.drift.map((line) => `  ${line}`)];
  return [
    headline(status, now),
    ...unfinished(status, now),
    ...byHand(status, now),
    ...holders,
    ...watched,
    ...notices,
    ...(rows.length === 0 ? [] : [table(rows)]),
    ...scheduleLines(status, now),
    ...scanLines(scans, now),
    ...drift,
  ].join("\n");
};
