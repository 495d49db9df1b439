import type { IncomingMessage } from "node:http";
import type { Digest } from "../../core/index.ts";
import type { Access, Origin } from "../auth/index.ts";
import type { Limits } from "../limits/index.ts";
import type { Mirrors } from "../mirror/index.ts";
import type { Store } from "../store/store.ts";
import type { Served } from "../watch/index.ts";

/** What someone wants to do with a manifest. */
export interface Admission {
  readonly action: "push" | "pull" | "delete";
  readonly repository: string;
  readonly tag?: string;
  readonly digest: Digest;
  readonly mediaType: string;
  /** The account that asks. */
  readonly who: string;
  /** Whether it may push there: who signs an image reads it while it is not signed. */
  readonly mayPush: boolean;
}

export interface LogEntry {
  readonly level: "debug" | "info" | "warning" | "error";
  readonly message: string;
  readonly fields?: Readonly<Record<string, string | number>>;
}

/** What the request handlers work with. */
export interface Service {
  readonly store: Store;
  readonly access: Access;
  readonly limits: Limits;
  /** What comes from other registries when it is asked for. */
  readonly mirrors: Mirrors;
  readonly originOf: (request: IncomingMessage) => Origin;
  /** Told of each request when it is over. */
  readonly served: (served: Served) => void;
  /** Why no push could be taken now; undefined when all is well. */
  readonly fault: () => Promise<string | undefined>;
  /** For /metrics. */
  readonly figures: () => Promise<string>;
  readonly log: (entry: LogEntry) => void;
  /** The reason to refuse, undefined to let it pass. */
  readonly admit: (admission: Admission) => Promise<string | undefined>;
  /** Digests that run somewhere: they cannot be deleted. */
  readonly liveDigests: () => Promise<ReadonlySet<Digest>>;
}
