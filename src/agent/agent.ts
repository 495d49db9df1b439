import { isoTime, systemClock } from "../core/index.ts";
import type { Notice, Releases } from "../release/index.ts";
import { keepRescanning, type Rescanning } from "./rescanning.ts";
import type { ScanNotice } from "./scan-notices.ts";

export interface AgentOptions {
  readonly releases: Pick<Releases, "watch">;
  readonly signal: AbortSignal;
  /** A line for people: the time, what it is about, what was noticed and done. */
  readonly line: (text: string) => void;
  readonly notice?: (notice: Notice | ScanNotice) => void;
  /** Absent: nothing is scanned again. */
  readonly rescanning?: Rescanning;
}

/** One line of the agent's log. */
export const formatNotice = ({ at, project, service, container, words }: Notice): string =>
  [
    isoTime(at),
    ...(project === undefined ? [] : [`${project}${service === undefined ? "" : `/${service}`}`]),
    ...(container === undefined ? [] : [container]),
    words,
  ].join(" ");

/** The process on the server: it watches, and has what runs scanned again. Until the signal. @throws LOCKED when another one does */
export const runAgent = async ({ releases, signal, line, notice, rescanning }: AgentOptions): Promise<void> => {
  const say = (one: Notice | ScanNotice): void => {
    line(formatNotice(one));
    notice?.(one);
  };
  const ending = new AbortController();
  const scanning =
    rescanning === undefined
      ? Promise.resolve()
      : keepRescanning({ ...rescanning, clock: systemClock, say }, AbortSignal.any([signal, ending.signal]));
  await releases.watch({ signal, say }).finally(() => ending.abort());
  await scanning;
};
