import { isoTime } from "../core/index.ts";
import type { Notice, Releases } from "../release/index.ts";

export interface AgentOptions {
  readonly releases: Pick<Releases, "watch">;
  readonly signal: AbortSignal;
  /** A line for people: the time, what it is about, what was noticed and done. */
  readonly line: (text: string) => void;
  readonly notice?: (notice: Notice) => void;
}

/** One line of the agent's log. */
export const formatNotice = ({ at, project, service, container, words }: Notice): string =>
  [
    isoTime(at),
    ...(project === undefined ? [] : [`${project}${service === undefined ? "" : `/${service}`}`]),
    ...(container === undefined ? [] : [container]),
    words,
  ].join(" ");

/** The process on the server: minimal, it watches. Until the signal. @throws LOCKED when another one does */
export const runAgent = async ({ releases, signal, line, notice }: AgentOptions): Promise<void> => {
  await releases.watch({
    signal,
    say: (one) => {
      line(formatNotice(one));
      notice?.(one);
    },
  });
};
