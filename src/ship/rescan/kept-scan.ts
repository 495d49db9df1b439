import type { Digest } from "../../core/index.ts";
import type { AgePolicy, GatePolicy, GateVerdict } from "../../scan/index.ts";

type Refused = NonNullable<GateVerdict["open"][number]["refused"]>;

/** Something known of an image that nothing excuses. */
export interface KeptFinding {
  readonly id: string;
  readonly package: string;
  readonly version: string;
  readonly severity: string;
  readonly fixed?: string;
  readonly exploited?: true;
  /** It alone is reason enough to refuse the image. */
  readonly refused?: Refused;
  /** Nobody knew of it when a release with this image was approved last. */
  readonly isNew?: true;
}

/** What was found at one time, excused or not: `id package` for each name of each. Only for telling what is new. */
export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly found: readonly string[];
}

/** The newest scan of an image that a service runs, or ran. Times are milliseconds since the epoch. */
export interface KeptScan extends Snapshot {
  readonly schema: "seaworthy/kept-scan@1";
  readonly project: string;
  readonly service: string;
  /** Of the manifest for this platform. */
  readonly digest: Digest;
  /** Whose look it was: a release's, on its way; a person's; the agent's. */
  readonly by: "release" | "scan" | "agent";
  /** When the advisories were built; of what day the oldest of them are; a sentence for each source that is too old. */
  readonly advisories: { readonly builtAt: number; readonly asOf: number; readonly stale: readonly string[] };
  /** Of the gate that it was judged by. */
  readonly gate: Digest;
  readonly passed: boolean;
  readonly unjudged: boolean;
  /** Packages that were looked up. */
  readonly judged: number;
  /** What is known to be exploited, then the worst. */
  readonly open: readonly KeptFinding[];
  /** How many more were found that something excuses. */
  readonly excused: number;
  /** As it was found when a release with it was approved last. Absent: nobody had looked then. */
  readonly approved?: Snapshot;
}

/** What a project asks of its images, with the VEX documents and the baseline as they were read: for who has no such files at hand. */
export interface KeptGate {
  readonly schema: "seaworthy/kept-gate@1";
  readonly project: string;
  readonly at: number;
  readonly policy: GatePolicy;
  readonly age: AgePolicy;
  readonly rescanMs: number | "off";
}

/** How the agent's last look at everything went. */
export interface KeptRound {
  readonly schema: "seaworthy/rescan-round@1";
  readonly at: number;
  /** When something is due next. */
  readonly nextAt: number;
  /** Why nothing at all could be scanned. */
  readonly problem?: string;
  readonly unread: readonly Unread[];
}

/** An image that could not be looked at again. */
export interface Unread {
  readonly project: string;
  readonly service: string;
  readonly digest: Digest;
  readonly because: string;
}
