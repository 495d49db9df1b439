import type { Digest, Platform, Weight } from "../core/index.ts";
import type { ContainerConfig, NetworkConfig, RestartPolicy } from "../engine/index.ts";
import type { CertificatePaths } from "../project/index.ts";
import type { Front, HoldBounds, Limits, MaintenancePage } from "../proxy/index.ts";
import type { FileSlot } from "./files.ts";
import type { Criteria } from "./verdict.ts";

/** One idempotent change of the world. Plans are made of these, and only the interpreter in actions/ does them. */
export type Action =
  | { readonly do: "pull-image"; readonly reference: string; readonly platform: Platform }
  | { readonly do: "create-network"; readonly name: string; readonly config: NetworkConfig }
  | { readonly do: "remove-network"; readonly name: string }
  | {
      readonly do: "create-volume";
      readonly name: string;
      readonly driver: string;
      readonly options: Readonly<Record<string, string>>;
      readonly labels: Readonly<Record<string, string>>;
    }
  | ({ readonly do: "place-file" } & Omit<FileSlot, "project">)
  | { readonly do: "start-proxy" }
  | {
      readonly do: "declare-backend";
      readonly backend: string;
      readonly hosts: readonly string[];
      readonly path: string;
      readonly host: string;
      /** Absent: the one that the project asks for now. */
      readonly httpPort?: number;
      /** Listened on as well, while the other one changes hands. */
      readonly interimPort?: number;
      /** Absent: its requests never wait. */
      readonly hold?: HoldBounds;
      /** Absent: requests and answers pass as they are. */
      readonly front?: Front;
      readonly limits?: Limits;
      readonly maintenance?: MaintenancePage;
    }
  /** Reads the files and makes the proxy serve them. `lenient`: one that cannot serve is told, and the one in use stays. */
  | { readonly do: "install-certificates"; readonly files: readonly CertificatePaths[]; readonly lenient?: true }
  /** Lets go of the project's other certificates. */
  | { readonly do: "keep-certificates"; readonly files: readonly CertificatePaths[] }
  | { readonly do: "hold-requests"; readonly backend: string; readonly forMs: number }
  | { readonly do: "release-requests"; readonly backend: string }
  | { readonly do: "withdraw-backend"; readonly backend: string }
  | {
      readonly do: "create-container";
      readonly name: string;
      readonly platform: Platform;
      readonly config: ContainerConfig;
      readonly connect: readonly Connection[];
    }
  /** A container that is connected at another address is connected anew. */
  | {
      readonly do: "connect-network";
      readonly name: string;
      readonly network: string;
      readonly aliases: readonly string[];
      readonly address?: string;
    }
  | { readonly do: "disconnect-network"; readonly name: string; readonly network: string }
  /** Fails when it is not that container any more, or not as it was: running, or ended well. Its release takes it as its own, as it is. */
  | { readonly do: "adopt-container"; readonly name: string; readonly id: string; readonly state: "running" | "exited" }
  /** Whether the engine starts the container again by itself. */
  | { readonly do: "set-restart"; readonly name: string; readonly policy: RestartPolicy }
  /** New connections to a port of this host come out at another one; open ones stay where they are. */
  | { readonly do: "redirect-port"; readonly port: number; readonly to: number }
  | { readonly do: "end-redirect"; readonly port: number; readonly to: number }
  /** Waits until no client is connected to the container but through the proxy and its own networks. Where some stay, a person decides. */
  | { readonly do: "await-direct"; readonly name: string; readonly port: number; readonly withinMs: number }
  /** Waits, but no longer than that, until the proxy has no worker of an earlier configuration. */
  | { readonly do: "await-workers"; readonly withinMs: number }
  /** Waits until nobody listens on a port of this host. Where somebody goes on, a person decides. */
  | { readonly do: "await-port"; readonly port: number; readonly withinMs: number }
  /** `once`: not when it was started before, whatever became of it. */
  | { readonly do: "start-container"; readonly name: string; readonly once?: true }
  /** Starts a container that was never started, and waits for its end. `optional`: its failure is told, and no failure of the release. */
  | { readonly do: "run-job"; readonly name: string; readonly withinMs: number; readonly optional?: true }
  | {
      readonly do: "await-ready";
      readonly name: string;
      readonly address: string;
      readonly port: number;
      readonly path: string;
      /** Another one that must answer as well. */
      readonly live?: string;
      readonly host: string;
      readonly withinMs: number;
      /** Absent: HTTP/1.1. */
      readonly protocol?: "h2c";
    }
  | { readonly do: "await-healthy"; readonly name: string; readonly withinMs: number }
  | { readonly do: "await-exit"; readonly name: string; readonly withinMs: number }
  | ({ readonly do: "add-server" } & AddedServer)
  /** Only written down: the container is not there yet, and HAProxy hears of it when it is waited for. */
  | ({ readonly do: "announce-server" } & AddedServer)
  | { readonly do: "await-server"; readonly backend: string; readonly server: string; readonly withinMs: number }
  | { readonly do: "shift-traffic"; readonly backend: string; readonly to: readonly string[]; readonly weight: Weight }
  /** Gives `to` the weight and takes all traffic from `from`, in one change; other servers keep what they have. */
  | {
      readonly do: "move-traffic";
      readonly backend: string;
      readonly to: readonly string[];
      readonly from: readonly string[];
      readonly weight: Weight;
    }
  /** `lasting`: what becomes of connections that do not end by themselves; absent: they have the same time as requests. */
  | {
      readonly do: "await-drained";
      readonly backend: string;
      readonly server: string;
      readonly withinMs: number;
      readonly lasting?: "cut" | "spread";
    }
  | { readonly do: "remove-server"; readonly backend: string; readonly server: string }
  /** Gives the next release of a backend a part of its requests, in percent. 0: only who asks for it. */
  | {
      readonly do: "steer";
      readonly backend: string;
      readonly release: string;
      readonly weight: number;
      /** Absent: by cookie. */ readonly sticky?: false;
    }
  | { readonly do: "end-steering"; readonly backend: string }
  /** Compares both sides of a steered backend over a time; see verdict.ts. */
  | ({ readonly do: "analyse"; readonly backend: string; readonly forMs: number } & Criteria)
  /** Waits for somebody's word, or for time to pass. The interpreter's own, because it may end the process. */
  | { readonly do: "pause"; readonly because: string; /** Absent: until somebody promotes. */ readonly forMs?: number }
  /** Looks at new replicas for a time. The interpreter counts those that fail. */
  | { readonly do: "watch"; readonly replicas: readonly WatchedReplica[]; readonly backend?: string; readonly forMs: number }
  /** Lets time pass between batches. */
  | { readonly do: "wait"; readonly forMs: number }
  /** Fails when none of these serves. */
  | { readonly do: "assert-serving"; readonly replicas: readonly WatchedReplica[]; readonly backend?: string }
  | { readonly do: "stop-container"; readonly name: string; readonly graceSeconds: number }
  | { readonly do: "remove-container"; readonly name: string };

export interface AddedServer {
  readonly backend: string;
  readonly server: string;
  readonly address: string;
  readonly port: number;
  /** Absent: HTTP/1.1. */
  readonly protocol?: "h2c";
}

export interface WatchedReplica {
  readonly name: string;
  /** Its name in the proxy, when it is behind it. */
  readonly server?: string;
}

export interface Connection {
  readonly network: string;
  readonly aliases: readonly string[];
  readonly address?: string;
}

/** A step of a plan: what, why, and how it is taken back while that still can be. */
export interface Step {
  /** Unique within the plan and stable over a resume, e.g. `web/1/start-container`. */
  readonly id: string;
  readonly service?: string;
  readonly why: string;
  readonly action: Action;
  /** In order. Done when the step was at least begun and the rollout turns back. */
  readonly undo?: readonly Action[];
  /** Once begun, the rollout only goes forward: the new release may have traffic, or the old one is leaving. */
  readonly final?: true;
  /** Done while the step before it is: neither needs what the other does. */
  readonly beside?: true;
  /** The new container that the step is about: what fails here is counted as its failure (`Plan.policies`), and from then on its steps are left out. */
  readonly of?: string;
  /** Done only once this new container has failed. */
  readonly insteadOf?: string;
}

/** What becomes of the rollout when new replicas of a service fail. A service without one stands no failure. */
export interface FailurePolicy {
  readonly service: string;
  /** Replicas that this plan replaces: what failures are a part of. */
  readonly total: number;
  /** 0 to 1. The action is taken when failures divided by `total` are more. */
  readonly maxFailureRatio: number;
  readonly action: "continue" | "pause" | "rollback";
}

/** Data: made by a pure function of the live state and a manifest, printed by --dry-run, kept in the journal, done by the interpreter. */
export interface Plan {
  readonly schema: "seaworthy/plan@1";
  readonly project: string;
  /** Number of the release this plan makes live. */
  readonly release: number;
  readonly manifest: Digest;
  readonly summary: readonly ServicePlan[];
  readonly steps: readonly Step[];
  /** Of services that are replaced a few at a time. */
  readonly policies?: readonly FailurePolicy[];
}

/** What happens to a service, in a line. */
export interface ServicePlan {
  readonly service: string;
  readonly way:
    | "unchanged"
    | "adopted"
    | "repaired"
    | "start-first"
    | "stop-first"
    | "blue-green"
    | "canary"
    | "first"
    | "removed"
    | "scheduled";
  readonly why: string;
  /** Memory limits of old and new together while both run. Undefined when nothing overlaps or a container has no limit. */
  readonly overlapBytes?: number;
}
