import { object, type Read, type Reader, report } from "./reading.ts";
import type { UpdatePolicy } from "../project.ts";
import { byteSize, decimal, duration, integer, oneOf, text } from "./scalars.ts";

/** Accepts only the value that is what happens anyway; any other is refused with what the release engine does instead. */
const only =
  (allowed: string, why: string): Reader<string> =>
  (node, path, reading) => {
    const written = text(node, path, reading);
    if (written === undefined || written === allowed) return written;
    return report(reading, node, `${path}: ${written} is not supported: ${why}`, "FIELD_UNSUPPORTED");
  };

/** -1 is Compose's word for "no limit", and so is 0. */
export const pidsLimit: Reader<number> = integer(-1, 4_194_304);

const SWARM = "it belongs to Swarm; here a project runs on one engine";

const ORDER = oneOf("start-first", "stop-first");
const PACE = {
  parallelism: integer(0, 1000),
  delay: duration,
  monitor: duration,
  max_failure_ratio: decimal(0, 1),
  order: ORDER,
};

const UPDATE = object({ ...PACE, failure_action: oneOf("continue", "pause", "rollback") });

/** Swarm never rolls a rollback back, so there it is no choice (Compose Deploy Specification, rollback_config). */
const rollbackAction: Reader<"continue" | "pause"> = (node, path, reading) => {
  if (node.kind === "scalar" && node.text === "rollback")
    return report(
      reading,
      node,
      `${path}: rollback is not supported: a rollback is never rolled back; write pause or continue`,
      "FIELD_UNSUPPORTED",
    );
  return oneOf("continue", "pause")(node, path, reading);
};

const ROLLBACK = object({ ...PACE, failure_action: rollbackAction });

/** Docker Engine's own defaults (swarmkit api/defaults/service.go). A monitor of 0 is to the engine one that was not given. */
const DEFAULT_MONITOR_MS = 5000;

/** An `update_config` or `rollback_config` with Swarm's defaults for what it leaves out; `order` alone stays open, because the release chooses it with a reason. */
export const updatePolicyOf = (written: Read<typeof PACE> & { readonly failure_action?: UpdatePolicy["failureAction"] }): UpdatePolicy => {
  const {
    parallelism = 1,
    delay = 0,
    monitor = 0,
    max_failure_ratio: maxFailureRatio = 0,
    order,
    failure_action: failureAction = "pause",
  } = written;
  return {
    parallelism,
    delayMs: delay,
    monitorMs: monitor === 0 ? DEFAULT_MONITOR_MS : monitor,
    maxFailureRatio,
    failureAction,
    ...(order === undefined ? {} : { order }),
  };
};

const RESTART = object(
  { condition: oneOf("none", "on-failure", "any", "unless-stopped"), max_attempts: integer(0, 10_000) },
  { delay: "the engine chooses the pause between restarts itself", window: "the engine resets its count after ten seconds of running" },
);

export const deploy = object(
  {
    mode: only("replicated", "only replicated services run here"),
    replicas: integer(0, 1000),
    update_config: UPDATE,
    rollback_config: ROLLBACK,
    restart_policy: RESTART,
    resources: object({
      limits: object({ cpus: decimal(0), memory: byteSize, pids: pidsLimit }),
      reservations: object(
        { cpus: decimal(0), memory: byteSize },
        { devices: "device reservations are not in this version", generic_resources: SWARM },
      ),
    }),
  },
  {
    endpoint_mode: SWARM,
    placement: SWARM,
    labels: "they label a Swarm service; use labels for the containers",
  },
);
