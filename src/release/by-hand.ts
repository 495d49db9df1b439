import { type Clock, SeaworthyError } from "../core/index.ts";
import { type ByHand, MAX_HOLD_SECONDS, type Proxy } from "../proxy/index.ts";
import type { Journal, Written } from "./journal.ts";
import { backendName } from "./manifest.ts";
import { liveRelease, type RolloutState, unfinishedRollout } from "./rollout-state.ts";

/** What a person does to a service's traffic, whatever release of it runs. */
export type Request =
  | { readonly word: "closed" | "opened" | "resumed" }
  /** At most MAX_HOLD_SECONDS, since no request can wait longer. */
  | { readonly word: "paused"; readonly forMs: number };

/** What was said about one service, and whether that changed anything. */
export interface SaidByHand {
  readonly service: string;
  readonly word: Request["word"];
  readonly changed: boolean;
  /** Requests that were there when it changed: under way, or waiting. */
  readonly requests: number;
  /** Of a pause, milliseconds since the epoch. */
  readonly untilAt?: number;
}

interface Parts {
  readonly journal: Journal;
  readonly proxy: Proxy;
  readonly clock: Clock;
  readonly who: string;
}

/** Requests that may wait where a service says nothing else of it. */
const DEFAULT_WAITING = 1000;

const current = (journal: Journal, project: string): RolloutState => {
  const state = unfinishedRollout(journal, project) ?? liveRelease(journal, project);
  if (state !== undefined) return state;
  throw new SeaworthyError("INPUT_NOT_FOUND", `no release of ${project} is live, so it has no traffic`, { hint: "Deploy one first." });
};

/** Named services that the proxy knows; without names all that it knows. @throws INPUT_NOT_FOUND naming those it does not */
export const servicesBehind = (
  { journal, proxy }: Pick<Parts, "journal" | "proxy">,
  project: string,
  names: readonly string[],
): readonly string[] => {
  const { manifest } = current(journal, project).entry;
  const routed = manifest.services.map(({ name }) => name).filter((name) => proxy.declared(backendName(project, name)) !== undefined);
  const unknown = names.filter((name) => !routed.includes(name));
  if (unknown.length > 0 || routed.length === 0)
    throw new SeaworthyError(
      "INPUT_NOT_FOUND",
      unknown.length > 0 ? `the proxy has no service ${unknown.join(", ")} of ${project}` : `${project} has no service behind the proxy`,
      { hint: routed.length === 0 ? "Give a service x-seaworthy.route, and deploy." : `Those behind it: ${routed.join(", ")}.` },
    );
  return names.length === 0 ? routed : names;
};

const after = (before: ByHand, request: Request, word: { at: number; who: string; why: string }, requests: number): ByHand => {
  const { closed, paused } = before;
  switch (request.word) {
    case "closed":
      return { ...before, closed: closed ?? word };
    case "opened":
      return paused === undefined ? {} : { paused };
    case "resumed":
      return closed === undefined ? {} : { closed };
    case "paused":
      return { ...before, paused: { ...word, untilSeconds: Math.ceil((word.at + request.forMs) / 1000), requests } };
  }
};

/** Whether the service is that way already. A pause that is over holds nobody. */
const holdsAlready = ({ closed, paused }: ByHand, request: Request): boolean => {
  switch (request.word) {
    case "closed":
      return closed !== undefined;
    case "opened":
      return closed === undefined;
    case "resumed":
      return paused === undefined;
    case "paused":
      // Each says for how long.
      return false;
  }
};

/** Writes who says what and why, then does it. Saying it again changes nothing. @throws USAGE when a pause is longer than a request can wait */
export const sayByHand = async (
  { journal, proxy, clock, who }: Parts,
  project: string,
  service: string,
  request: Request,
  why: string,
): Promise<SaidByHand> => {
  if (request.word === "paused" && !(request.forMs >= 1000 && request.forMs <= MAX_HOLD_SECONDS * 1000))
    throw new SeaworthyError("USAGE", `a pause takes from 1s to ${MAX_HOLD_SECONDS}s: no request can wait longer in the proxy`, {
      hint: "For longer, close the service: seaworthy maintenance on.",
    });
  const backend = backendName(project, service);
  const { word } = request;
  if (holdsAlready(proxy.declared(backend)?.byHand ?? {}, request)) return { service, word, changed: false, requests: 0 };
  const { entry } = current(journal, project);
  const bounds = entry.manifest.services.find(({ name }) => name === service)?.hold;
  const at = clock.now();
  const untilAt = request.word === "paused" ? { untilAt: at + request.forMs } : {};
  journal.append(project, entry.release, { kind: "by-hand", service, word, who, why, ...untilAt });
  const requests = await proxy.sayByHand(backend, (before) =>
    after(before, request, { at, who, why }, bounds?.requests ?? DEFAULT_WAITING),
  );
  return { service, word, changed: true, requests, ...untilAt };
};

/** What a person said while this release was the newest, oldest first. */
export interface Intervention {
  readonly word: Request["word"];
  readonly service: string;
  readonly at: number;
  readonly who: string;
  readonly why: string;
}

export const interventionsOf = (entries: readonly Written[]): readonly Intervention[] =>
  entries.flatMap((entry) => {
    if (entry.kind !== "by-hand") return [];
    const { word, service, at, who, why } = entry;
    return [{ word, service, at, who, why }];
  });
