import type { Duration } from "../core/index.ts";

/** Why a vulnerability does no harm (OpenVEX 0.2.0, "Status Justifications"). */
export const JUSTIFICATIONS = [
  "component_not_present",
  "vulnerable_code_not_present",
  "vulnerable_code_not_in_execute_path",
  "vulnerable_code_cannot_be_controlled_by_adversary",
  "inline_mitigations_already_exist",
] as const;
export type Justification = (typeof JUSTIFICATIONS)[number];

/** What a gate can refuse from, the least bad first. */
export const FAIL_AT = ["low", "medium", "high", "critical"] as const;

/** `x-seaworthy.policy.scan` and `x-seaworthy.scan`: what the gate over known vulnerabilities asks, where it is said. */
export interface ScanSettings {
  /** What is this bad or worse is refused. Default `high`. */
  readonly fail: (typeof FAIL_AT)[number];
  /** Only what has a fix is refused. Default false. */
  readonly onlyFixed: boolean;
  readonly waive: readonly {
    /** Any name of the vulnerability. */
    readonly id: string;
    /** Name, `name@version` with `*`, or a package URL. */
    readonly package?: string;
    /** File in the image, or a pattern. */
    readonly path?: string;
    /** Name of a service. */
    readonly service?: string;
    /** Name of an image, with `*`, with or without a tag. */
    readonly image?: string;
    readonly reason: string;
    /** ISO date, the last day it holds, in UTC. */
    readonly until: string;
    readonly justification?: Justification;
  }[];
  /** Absolute paths of VEX documents. */
  readonly vex: readonly string[];
  /** Absolute path. */
  readonly baseline?: string;
  /** Advisories older than this are stale; a scan that somebody attested may be this old. Absent: 7 days. */
  readonly maxAge?: Duration;
  /** What becomes of a scan by stale ones. */
  readonly stale?: "warn" | "refuse";
  /** How often the agent looks again at what runs. Absent: once a day. */
  readonly rescan?: Duration | "off";
  /** Addresses that advisories are fetched from, in this order. */
  readonly mirrors?: readonly string[];
}
