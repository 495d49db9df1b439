import type { SmokeRequest, StatePair } from "../../../src/trial/index.ts";
import type { ImageName } from "./images.ts";

/** What an experiment has to say of a subject, because it was made so. Of what is not listed nothing is counted. */
export type Truth = "proven" | "disproved" | "not-tried";

/** A container that is right, or wrong in ways that are known. */
export interface ConfusionSubject {
  /** What is special about it, in half a sentence. */
  readonly what: string;
  readonly image: ImageName;
  /** Its section of the compose file, on top of `HARDENED`; null takes a key away. */
  readonly service: Readonly<Record<string, unknown>>;
  readonly requests?: readonly SmokeRequest[];
  readonly state?: readonly StatePair[];
  /** What it says that it may reach outside. */
  readonly egress?: readonly string[];
  /** A service `other` of the same image that it depends on: its section. */
  readonly dependency?: Readonly<Record<string, unknown>>;
  /** What differs from `RIGHT`; null: both can be seen, and neither is counted. */
  readonly is: Readonly<Record<string, Truth | null>>;
}

export const check = (...command: readonly string[]): object => ({
  test: ["CMD", ...command],
  interval: "5s",
  timeout: "5s",
  start_period: "20s",
  retries: 3,
});

/** How a service is run that does everything right. */
export const HARDENED: Readonly<Record<string, unknown>> = {
  user: "65532:65532",
  read_only: true,
  cap_drop: ["ALL"],
  security_opt: ["no-new-privileges:true"],
  init: true,
  mem_limit: "192m",
  memswap_limit: "192m",
  expose: ["3000"],
  stop_grace_period: "10s",
  logging: { driver: "json-file", options: { "max-size": "10m" } },
};

/** What holds of a service that does everything right: of the levels quick and standard all, but for what it gives no requests to try. */
export const RIGHT: Readonly<Record<string, Truth>> = {
  "non-root": "proven",
  "read-only-root": "proven",
  "file-writes": "proven",
  "no-new-privileges": "proven",
  "dropped-capabilities": "proven",
  "effective-privileges": "proven",
  "stop-signal": "proven",
  "graceful-stop": "proven",
  reaping: "proven",
  "fake-healthcheck": "proven",
  "frozen-healthcheck": "proven",
  "start-up": "proven",
  "memory-peak": "proven",
  "swap-limit": "proven",
  "open-files": "proven",
  logs: "proven",
  "time-zone": "proven",
  "listening-ports": "proven",
  "log-limits": "proven",
  "logs-complete": "proven",
  "early-readiness": "proven",
  "without-network": "proven",
  "crash-safe-state": "not-tried",
  // It is given no credentials.
  "secret-leaks": "not-tried",
};

/** The same for the level deep, for the few subjects that are tried so far: `HARDENED` has no limit of processes. */
export const RIGHT_DEEP: Readonly<Record<string, Truth>> = {
  "arbitrary-user": "proven",
  "declared-volumes": "not-tried",
  "least-capabilities": "not-tried",
  "restart-loop": "proven",
  "disk-growth": "not-tried",
  "memory-squeeze": "proven",
  "pids-peak": "disproved",
  egress: "proven",
  "cached-rebuild": "not-tried",
  "cpu-throttling": "not-tried",
  "dependency-down": "not-tried",
};

export const isLabelledDeep = ({ is }: ConfusionSubject): boolean => "restart-loop" in is;
