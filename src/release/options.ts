import type { Evidence } from "../checklist/index.ts";
import type { Clock, Progress, StateFolder, VerifiedDigest } from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import type { Keep } from "../project/index.ts";
import type { Proxy } from "../proxy/index.ts";
import type { World } from "./actions/index.ts";
import type { KeptContainer } from "./adopt/adopted.ts";
import type { Consent, Finding } from "./adopt/survey.ts";
import type { Difference } from "./drift/differences.ts";
import type { StepHook } from "./interpreter.ts";
import type { Plan } from "./plan.ts";
import type { Approved } from "./plan-file.ts";
import type { Pruned } from "./prune/prune.ts";
import type { Busy } from "./prune/turns.ts";

export interface AdoptOptions extends RunOptions {
  readonly why: string;
  readonly consent: Consent;
  /** The proxy's. */
  readonly httpPort: number;
  /** How long clients that stay connected past the proxy are waited for before a person is asked. */
  readonly settleMs: number;
}

/** What an adoption would do, and what was found. */
export interface Adoption {
  readonly findings: readonly Finding[];
  /** Findings that nobody agreed to. */
  readonly unresolved: readonly Finding[];
  readonly plan?: Plan;
  readonly kept: readonly KeptContainer[];
}

export interface RunOptions {
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** How long to wait for another actor. Default 0: refuse at once. */
  readonly waitMs?: number;
  readonly content?: World["content"];
  readonly credentials?: World["credentials"];
  readonly hook?: StepHook;
  /** Past releases kept for rollback: images, secrets and configs that only others used are let go of once the release is live. Default 5. */
  readonly keep?: Keep;
}

export interface PruneOptions extends Pick<RunOptions, "progress" | "signal" | "waitMs"> {
  readonly dryRun: boolean;
  /** Image id to the bytes that only it takes. */
  readonly sizes?: ReadonlyMap<string, number>;
}

export interface PrunedReleases {
  readonly leftovers: readonly Pruned[];
  readonly busy: readonly Busy[];
  /** `repository@digest` of every image that some project of this host needs, with why. */
  readonly needed: ReadonlyMap<string, string>;
}

export interface DecideOptions extends RunOptions {
  readonly why: string;
}

export interface DeployOptions extends RunOptions {
  readonly why: string;
  readonly rollbackTo?: number;
  /** Only exactly this is done. @throws PLAN_OUT_OF_DATE */
  readonly approved?: Approved;
  /** One for each image whose signature was checked. An image of the manifest that is neither here nor says why not is refused. */
  readonly verified: readonly VerifiedDigest[];
  /** What was found out about these images on the way here; kept with the release. */
  readonly evidence: readonly Evidence[];
}

/** What differs, and the plan that puts it right; its steps are none when nothing can be done about it or has to be. */
export interface Repair {
  readonly differences: readonly Difference[];
  readonly plan: Plan;
}

export interface ReleasesOptions {
  readonly engine: Engine;
  readonly proxy: Proxy;
  readonly state: StateFolder;
  /** user@host, for the audit trail. */
  readonly who: string;
  readonly clock?: Clock;
  /** How a container is asked whether it is ready. Default: an HTTP request from here. */
  readonly probe?: World["probe"];
  /** Default: this machine's own. */
  readonly host?: World["host"];
}
