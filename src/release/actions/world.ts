import type { Clock, Progress, StateFolder } from "../../core/index.ts";
import type { Engine, ProbeAnswer, ProbeTarget } from "../../engine/index.ts";
import type { Proxy } from "../../proxy/index.ts";
import type { HostNetwork } from "../host/host-network.ts";
import type { Action } from "../plan.ts";

/** What actions act on. */
export interface World {
  readonly project: string;
  readonly engine: Engine;
  readonly proxy: Proxy;
  readonly state: StateFolder;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
  readonly probe: (target: ProbeTarget) => Promise<ProbeAnswer>;
  /** The ports of the machine that the engine runs on. Default: this machine's. */
  readonly host?: HostNetwork;
  /** The content of a secret or config as its source has it now; undefined when the source is not at hand. It throws what the source throws. */
  readonly content: (kind: "secret" | "config", key: string) => string | undefined | Promise<string | undefined>;
  /** Credentials for pulling from a registry. */
  readonly credentials: (registry: string) => Promise<{ readonly username: string; readonly password: string } | undefined>;
}

/** Facts worth keeping with the step: what a report needs later. */
export type Result = Readonly<Record<string, unknown>> | undefined;

export type Perform<Do extends Action["do"]> = (action: Extract<Action, { do: Do }>, world: World) => Promise<Result>;
