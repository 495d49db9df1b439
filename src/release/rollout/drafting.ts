import type { ReleaseService } from "../manifest.ts";
import type { Action, Step } from "../plan.ts";
import type { Replica } from "./change.ts";

/** A container's name in the proxy, never used twice. */
export const serverName = (container: { readonly release: number; readonly replica: number }): string =>
  `r${container.release}-${container.replica}`;

export const newServer = ({ release, number }: Pick<Replica, "release" | "number">): string => serverName({ release, replica: number });

/** Waits until nothing is under way on a server that gets no new requests. */
export const drained = (backend: string, server: string, { drainMs, lasting }: Pick<ReleaseService, "drainMs" | "lasting">): Action => ({
  do: "await-drained",
  backend,
  server,
  withinMs: drainMs,
  ...(lasting === undefined ? {} : { lasting }),
});

type Draft = (id: string, why: string, action: Action, rest?: Pick<Step, "undo" | "final" | "beside">) => Step;

/** Writes steps of one service. */
export const drafting =
  (service: string): Draft =>
  (id, why, action, rest) => ({ id: `${service}/${id}`, service, why, action, ...rest });
