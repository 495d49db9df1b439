import type { EvidenceKind } from "./evidence.ts";

export interface Item {
  readonly id: string;
  /** What must be so, in one sentence. */
  readonly holds: string;
  /** The kinds of evidence that can prove or disprove it. */
  readonly evidence: readonly EvidenceKind[];
}

const define = <const Id extends string>(id: Id, evidence: readonly EvidenceKind[], holds: string): Item & { readonly id: Id } => ({
  id,
  holds,
  evidence,
});

/** The production checklist: the spine of the tool. Rules, trials, scans, signatures and live readings all give evidence for one of these. */
export const ITEMS = [
  define(
    "versioned-dockerfile",
    ["static", "image", "signature"],
    "the image is built from a Dockerfile in version control; the commit is in its labels",
  ),
  define(
    "minimal-base",
    ["static", "image"],
    "multi-stage, small runtime base (slim, alpine, distroless, scratch), no build tools or package manager left in it",
  ),
  define("pinned-base", ["static", "image"], "base images pinned by version, in production by digest; from trusted registries"),
  define("clean-context", ["static", "image"], ".dockerignore keeps .git, dependencies, build output and secrets out; COPY is narrow"),
  define(
    "cached-layers",
    ["static", "trial"],
    "dependency manifests are copied and installed before the source: a source-only change does not reinstall",
  ),
  define("small-image", ["image"], "image size within its budget; wasted bytes across layers known"),
  define("non-root", ["static", "image", "trial"], "every process runs as a non-root user, for all of its life"),
  define("read-only-rootfs", ["static", "trial"], "runs with a read-only root; writes only to declared volumes and tmpfs"),
  define(
    "least-capabilities",
    ["static", "trial", "live"],
    "cap_drop: ALL, only what it needs added back; no-new-privileges; never privileged; default seccomp",
  ),
  define("no-host-access", ["static", "live"], "no docker.sock, host namespaces, host devices or sensitive mounts"),
  define(
    "resource-limits",
    ["static", "trial", "live"],
    "memory (and swap), cpu, pids limits set, and right for what it was seen to use; reservations",
  ),
  define(
    "immutable-tags",
    ["static", "signature", "live"],
    "tagged semver + git sha, never latest; tags never overwritten; production references digests",
  ),
  define(
    "scanned",
    ["scan", "signature"],
    "scanned for known vulnerabilities; none at or above the gate without a dated waiver; scan fresh",
  ),
  define("signed", ["signature", "live"], "the digest is signed, and the signature is verified before deploy"),
  define("provenance", ["signature"], "SBOM and SLSA provenance attached and signed"),
  define("multi-arch", ["static", "image"], "built for every architecture it runs on; never the wrong one by accident"),
  define(
    "healthcheck",
    ["static", "trial", "live"],
    "a healthcheck that really fails when the app is broken; liveness and readiness told apart; consumed by dependants",
  ),
  define("restart-policy", ["static", "trial", "live"], "restarts after a crash, bounded, and a restart loop is noticed"),
  define(
    "graceful-stop",
    ["static", "trial"],
    "exec form, SIGTERM reaches the app, requests in flight finish within the grace period, exit code says so",
  ),
  define("reaps-zombies", ["static", "trial"], "PID 1 reaps, or an init does; one concern per container"),
  define("logs-stdout", ["trial", "live"], "logs go to stdout/stderr as structured JSON; nothing grows inside the container"),
  define("log-rotation", ["static", "trial", "live"], "local logs are bounded; shipped off the host"),
  define(
    "runtime-secrets",
    ["static", "image", "trial"],
    "no secret in Dockerfile, build args, layers, history, compose file or environment in git; build secrets by mount; runtime secrets from files or a manager",
  ),
  define(
    "narrow-ports",
    ["static", "trial", "live"],
    "published on loopback unless it is the proxy; user-defined networks; no host network",
  ),
  define(
    "stateless",
    ["static", "trial"],
    "state lives in volumes or elsewhere; kill and recreate loses nothing; databases apart from apps",
  ),
  define("one-image", ["static", "trial"], "one image for every environment, configured at run time"),
  define("https", ["static", "live"], "TLS terminated in front, certificates renewed and watched"),
  define("zero-downtime", ["static", "live"], "a release loses no request; rolling, blue-green or canary"),
  define("rollback", ["live"], "the previous releases can be brought back by digest, with their configuration"),
  define(
    "observable",
    ["static", "trial", "live"],
    "health endpoints, Prometheus or OpenTelemetry metrics, container metrics, traces propagated, alerts",
  ),
  define("backups", ["static", "live"], "volumes and databases are backed up on a schedule, encrypted, kept by a policy"),
  define("restore-proven", ["live"], "a restore has been done, checked, and is recent"),
  define(
    "ci-pipeline",
    ["static"],
    "CI builds, scans on pull requests; pushes on main; signs on tags; actions pinned; least permissions; nothing pushed from laptops",
  ),
  define("registry-hygiene", ["static", "live"], "least-privilege push, retention policy, pull-through cache"),
  define("clock", ["trial", "live"], "UTC, time zone explicit, host clock in step"),
] as const;

export type ItemId = (typeof ITEMS)[number]["id"];

const byId: ReadonlyMap<string, Item> = new Map(ITEMS.map((item) => [item.id, item]));

export const isItemId = (text: string): text is ItemId => byId.has(text);

export const itemOf = (id: ItemId): Item => byId.get(id) as Item;
