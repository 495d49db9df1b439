/** `--json` prints this. A release's requests, failures and p99 are the client's, of the time its rollout took (of the first: of the time before the second). */
export interface Summary {
  readonly ok: boolean;
  readonly releases: readonly {
    readonly id: string;
    readonly version: string;
    readonly requests: number;
    readonly failed: number;
    readonly p99Ms: number;
    readonly seconds: number;
  }[];
  readonly evidence: { readonly proven: number; readonly disproved: number; readonly notTried: number; readonly waived: number };
  readonly leftOver: readonly string[];
}

/** What the demo gathers as it goes, so that a failure midway still tells what came before. */
export interface Log {
  readonly proofs: boolean[];
  readonly releases: Summary["releases"][number][];
  evidence: Summary["evidence"];
}
