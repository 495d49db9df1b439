import { object, type Reader, report } from "./reading.ts";
import { byteSize, decimal, duration, integer, oneOf, text } from "./scalars.ts";

/** Accepts only the value that is what happens anyway; any other is refused with what the release engine does instead. */
const only =
  (allowed: string, why: string): Reader<string> =>
  (node, path, reading) => {
    const written = text(node, path, reading);
    if (written === undefined || written === allowed) return written;
    return report(reading, node, `${path}: ${written} is not supported: ${why}`, "FIELD_UNSUPPORTED");
  };

const noDelay: Reader<number> = (node, path, reading) => {
  const value = duration(node, path, reading);
  if (value === undefined || value === 0) return value;
  return report(
    reading,
    node,
    `${path} is not supported: a release goes on as soon as the new container is ready; leave it out`,
    "FIELD_UNSUPPORTED",
  );
};

/** -1 is Compose's word for "no limit", and so is 0. */
export const pidsLimit: Reader<number> = integer(-1, 4_194_304);

const SWARM = "it belongs to Swarm; here a project runs on one engine";

const UPDATE = object(
  {
    order: oneOf("start-first", "stop-first"),
    parallelism: only("1", "not in this version: all replicas of a service are replaced together; write 1 or leave it out"),
    failure_action: only("rollback", "a release that fails before its traffic moved is always taken back; write rollback or leave it out"),
    delay: noDelay,
  },
  {
    monitor: "not in this version: a container is watched until it is ready (x-seaworthy.release.ready)",
    max_failure_ratio: "not in this version: the first failure stops the release",
  },
);

const RESTART = object(
  { condition: oneOf("none", "on-failure", "any", "unless-stopped"), max_attempts: integer(0, 10_000) },
  { delay: "the engine chooses the pause between restarts itself", window: "the engine resets its count after ten seconds of running" },
);

export const deploy = object(
  {
    mode: only("replicated", "only replicated services run here"),
    replicas: integer(0, 1000),
    update_config: UPDATE,
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
    rollback_config: "not in this version: a rollback goes the same way as a release",
  },
);
