import type { UpdatePolicy } from "../../project/index.ts";
import type { ReleaseService } from "../manifest.ts";

/** What Swarm takes when a service has an update_config and no rollback_config (swarmkit api/defaults/service.go). */
const ROLLBACK_DEFAULTS: UpdatePolicy = { parallelism: 1, delayMs: 0, monitorMs: 5000, maxFailureRatio: 0, failureAction: "pause" };

/** How a release is brought back: its own rollback_config. One that was never replaced a few at a time comes back all together as well. */
export const rollbackPolicy = ({ update, rollback }: ReleaseService): UpdatePolicy | undefined => {
  const policy = rollback ?? (update === undefined ? undefined : ROLLBACK_DEFAULTS);
  // Never roll back a rollback (swarmkit manager/orchestrator/update/updater.go).
  return policy?.failureAction === "rollback" ? { ...policy, failureAction: "pause" } : policy;
};
