import type { ProjectStatus } from "../../release/index.ts";
import { ago, table } from "./table.ts";

const headline = ({ project, live }: ProjectStatus, now: number): string =>
  live === undefined
    ? `${project}: nothing is live`
    : `${project}: release r${live.release} (${live.version}) is live since ${ago(live.at, now)}`;

const unfinished = ({ unfinished: open, project }: ProjectStatus): readonly string[] =>
  open === undefined
    ? []
    : [
        `  release r${open.release} (${open.version}) is unfinished: ${open.done} of ${open.steps} steps done${open.lastStep === undefined ? "" : `, the last begun was ${open.lastStep}`}${open.turningBack ? ", turning back" : ""}`,
        `  -> seaworthy deploy --resume brings ${project} to the new or the old release`,
      ];

export const renderStatus = (status: ProjectStatus, now: number): string => {
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
  const drift = status.drift.length === 0 ? [] : ["", "differs from the live release:", ...status.drift.map((line) => `  ${line}`)];
  return [headline(status, now), ...unfinished(status), ...holders, ...(rows.length === 0 ? [] : [table(rows)]), ...drift].join("\n");
};
