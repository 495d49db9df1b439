import type { ItemId, Profile, Requirement, Severity, Waiver } from "../checklist/index.ts";
import type { ByteSize, Duration, Platform } from "../core/index.ts";
import type { RuleSettings } from "./rule-settings.ts";
import type { ScanSettings } from "./scan-settings.ts";

/** Everything under the top-level `x-seaworthy`, with its defaults filled in. Each section is declared in config/<section>.ts. */
export interface ProjectSettings {
  readonly policy: { readonly profile: Profile; readonly require: Readonly<Partial<Record<ItemId, Requirement>>> };
  readonly waive: readonly Waiver[];
  readonly trust: TrustSettings;
  readonly registry: RegistrySettings;
  readonly check: CheckSettings;
  readonly scan: ScanSettings;
  readonly test?: { readonly target?: string; readonly command?: readonly string[] };
  readonly release: { readonly keep: Keep };
  readonly prune: PruneSettings;
  readonly proxy: ProxySettings;
}

/** Which past releases can be gone back to: those within the number, and those within the time. */
export interface Keep {
  /** Default 5. */
  readonly releases: number;
  /** Milliseconds since they served. Default 0. */
  readonly forMs: number;
}

/** What `seaworthy prune` takes of the engine's own leftovers when it is asked for them. */
export interface PruneSettings {
  /** Milliseconds that an image without a name is left alone. Default 1 day. */
  readonly danglingMs: number;
  /** A record of the build cache goes when it was not used for `unusedMs` (default 7 days), and the least used go until at most `maxBytes` are left. */
  readonly buildCache: { readonly unusedMs: number; readonly maxBytes?: number };
}

export interface TrustSettings {
  /** Absolute paths of cosign public keys. Empty: this state directory's own key. */
  readonly keys: readonly string[];
}

export interface RegistrySettings {
  /** `host/name`; absent: the embedded registry, repository = project name. */
  readonly repository?: string;
  /** Loopback port of the embedded registry. Default 5417. */
  readonly port: number;
}

/** How serious a rule's findings are here, whatever the rule says itself. `off` owes a reason. */
export interface RuleOverride {
  /** Absent: as serious as the rule says. */
  readonly severity?: Severity | "off";
  readonly reason?: string;
  /** ISO date, the last day it holds, in UTC. */
  readonly until?: string;
  /** Paths or patterns of files; absent: all. */
  readonly paths?: readonly string[];
}

/** `x-seaworthy.check`. Its `profile`, when given, stands for the policy's in the checks. */
export interface CheckSettings extends RuleSettings {
  readonly ignore: readonly { readonly rule: string; readonly path?: string; readonly until?: string; readonly why: string }[];
  /** By the rule's id or name, or a peer's id, as written. */
  readonly rules: Readonly<Record<string, RuleOverride>>;
  /** Findings at or above it make `check` exit 1. Default `error` under dev, `warning` otherwise. */
  readonly fail?: Severity;
}

/** Absolute paths of PEM files. */
export interface CertificatePaths {
  readonly certificate: string;
  readonly key: string;
}

export interface ProxySettings {
  /** Port for HTTP on every address. Default 80. */
  readonly http: number;
  /** Port for HTTPS on every address, once there is a certificate. Default 443. */
  readonly https: number;
  /** For any host of the project. Absolute paths. */
  readonly certificates: readonly CertificatePaths[];
  /** Image of the proxy's container. Default: seaworthy/haproxy:2.6 when the engine has it, else haproxy:lts. */
  readonly image?: string;
}

/** Everything under a service's `x-seaworthy`. */
export interface ServiceSettings {
  readonly build: { readonly platforms: readonly Platform[]; readonly maxSize?: ByteSize; readonly secrets: readonly string[] };
  /** Absent: the service gets no traffic from the proxy. */
  readonly route?: RouteSettings;
  /** What the proxy keeps away from it. Absent: nothing. */
  readonly limits?: LimitSettings;
  /** What is shown while it is closed. */
  readonly maintenance?: MaintenanceSettings;
  readonly release: ServiceReleaseSettings;
  readonly jobs: readonly JobSettings[];
  readonly trial: TrialSettings;
  /** It runs at times instead of all the time. */
  readonly schedule?: ScheduleSettings;
}

/** When a service runs that does not run all the time. */
export interface ScheduleSettings {
  /** As `parseCron` reads it. */
  readonly cron: string;
  /** IANA name. Default UTC. */
  readonly timezone: string;
  /** From its start. Default 1 h. */
  readonly deadlineMs: number;
  /** What becomes of a time at which it could not run. Default skip. */
  readonly missed: "skip" | "run";
}

/** Limits of what a service takes from its clients. What is absent is unlimited, or as the proxy has it by default. */
export interface LimitSettings {
  readonly bodyBytes?: number;
  /** Bodies of unknown length pass, whatever `bodyBytes` says. */
  readonly unmeasured?: true;
  /** Requests of one client address within a sliding window. Default window 10 s. */
  readonly rate?: { readonly requests: number; readonly seconds: number };
  /** Requests of one client address under way at once. */
  readonly perClient?: number;
  /** Requests under way at once on one replica; more wait. */
  readonly perReplica?: number;
  readonly timeouts?: {
    /** Default 2 s. */
    readonly connectMs?: number;
    /** Default 30 s. */
    readonly headerMs?: number;
    /** Default 60 s. */
    readonly answerMs?: number;
    /** Default 1 h. */
    readonly idleMs?: number;
    /** Default 10 s. */
    readonly queueMs?: number;
  };
}

export interface MaintenanceSettings {
  /** Absolute path of an HTML file; absent: the proxy's own page. */
  readonly page?: string;
  /** Default 120. */
  readonly retrySeconds: number;
  /** Who is served all the same. */
  readonly allow?: { readonly addresses?: readonly string[]; /** In hexadecimal. */ readonly keySha256?: string };
}

/** What a sea trial asks of a service. */
export interface TrialSettings {
  readonly level: "quick" | "standard" | "deep";
  /** How much `ship` tries of an image that was not tried before. Absent: nothing. */
  readonly ship?: "quick" | "standard" | "deep";
  readonly requests: readonly TrialRequest[];
  readonly state: readonly { readonly write: TrialRequest; readonly read: TrialRequest }[];
  /** What it may reach outside of the project: names or addresses, `*.` in front for all below, with a port or for any. Absent: nothing is said. */
  readonly egress?: readonly string[];
  /** Services beside it; absent: those of depends_on. */
  readonly needs?: readonly string[];
}

export interface TrialRequest {
  readonly method: string;
  readonly path: string;
  /** Absent: the route's port. */
  readonly port?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The status that counts as right. */
  readonly expect?: number;
}

/** A command that runs once in a release, in a container of its own. */
export interface JobSettings {
  readonly name: string;
  readonly command: readonly string[];
  readonly when: "before-traffic" | "after-traffic";
  /** From its start. Default 5 min. */
  readonly timeoutMs: number;
}

export interface RouteSettings {
  /** Lower-case host names; `*` alone takes whatever no other service claims. */
  readonly hosts: readonly string[];
  /** Port inside the container. */
  readonly port: number;
  /** Readiness path; 200 to 399 means ready. Default `/`. */
  readonly ready: string;
  /** Liveness path, when there is one apart. */
  readonly live?: string;
  /** HTTP/2 in clear text. Absent: HTTP/1.1. */
  readonly protocol?: "h2c";
  /** The certificate of its hosts, where it has one of its own. */
  readonly certificate?: CertificatePaths;
  /** Only where requests without TLS are not to be sent to HTTPS. */
  readonly redirect?: false;
  /** Response headers set where the application sets none; `off` where it is not to have one that is set by default. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Response headers that do not go out. */
  readonly hideHeaders?: readonly string[];
}

/** A strategy that looks at the new release, behind the proxy, before it serves. */
export type StagedStrategy = {
  /** Host names that reach the new release before it serves. Default `preview.<host>`; none where the service takes any host. */
  readonly preview: readonly string[];
} & (
  | {
      readonly name: "blue-green";
      /** Promotes by itself after this time. Absent: waits for somebody. */
      readonly autoPromote?: Duration;
      /** The old containers run on for this long after the switch. Default 0. */
      readonly keepOld: Duration;
    }
  | {
      readonly name: "canary";
      /** By growing weight. */
      readonly steps: readonly CanaryStep[];
      /** False: each request is drawn for itself. Absent: a client that came over stays, by a cookie. */
      readonly sticky?: false;
    }
);

export interface CanaryStep {
  /** Percent of the requests, 0 to 100; 0, only in the first step: whoever asks for it by header or preview host. */
  readonly weight: number;
  /** `promote`: until somebody does. After the analysis, where there are both. */
  readonly pause?: Duration | "promote";
  readonly analysis?: Analysis;
}

/** When a new release counts as no worse than the stable one beside it, over the same minutes. */
export interface Analysis {
  /** Default 5 m. */
  readonly for: Duration;
  /** Each side must have had so many, or nothing can be said. Default 100. */
  readonly requests: number;
  /** How much larger the part of failed requests may be. Default 0.01. */
  readonly errors: number;
  /** How many times as long the 95th percentile may be. Default 1.5. */
  readonly p95: number;
}

export interface ServiceReleaseSettings {
  /** Default `rolling`. */
  readonly strategy: "rolling" | StagedStrategy;
  /** How long requests in flight may take before their server is taken away. Default 30 s. */
  readonly drain: Duration;
  /** What becomes of WebSockets, event streams and tunnels in the drain: closed at once, evenly over its time, or at its end. Default `wait`. */
  readonly websockets: "cut" | "spread" | "wait";
  /** How long a new container may take to become ready. Default 60 s. */
  readonly ready: Duration;
  /**
   * Where old and new cannot overlap, how long a request may wait in the proxy for the new one, and how many may wait. Default 30 s, 1000.
   * Absent when switched off: nobody answers in between.
   */
  readonly hold?: { readonly seconds: number; readonly requests: number };
}

/** What a secret's or config's own `x-seaworthy` says of where its content comes from. */
export type ContentSettings =
  | { readonly from: "command"; /** Program and arguments; no shell. */ readonly command: readonly string[] }
  | { readonly from: "plugin"; /** `seaworthy-secret-<plugin>` on PATH is asked. */ readonly plugin: string; readonly ref: string };
