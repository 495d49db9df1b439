import { addressing } from "../addressing.ts";
import type { Live } from "../live.ts";
import { manifestDigest, type ReleaseManifest } from "../manifest.ts";
import type { Plan } from "../plan.ts";
import { failurePolicyOf, isBatched, planBatches } from "./batches.ts";
import { dropCertificates } from "./certificates.ts";
import { type Change, changesOf, type Describe, type Direction, summaryOf } from "./change.ts";
import { jobsOf } from "./jobs.ts";
import { prerequisites } from "./prerequisites.ts";
import { isStaged } from "./staged.ts";
import { planStages } from "./stages.ts";
import { bringUp, dismiss, makeRoom, retireChange, shift } from "./steps.ts";

const stopsFirst = (change: Change): boolean => change.order.way === "stop-first";

/**
 * The plan of a release on one host. Rolling unless a service says otherwise: everything new is brought up and gated first, then all traffic moves, then the old goes.
 * Services with an update_config are replaced a few replicas at a time, before the traffic of the others moves: what fails early can be taken back.
 * Services with a strategy are looked at before anything that cannot be taken back.
 * Pure: equal inputs give equal plans. Services whose containers already run exactly what the manifest says are left alone.
 */
export const planRolling = (
  manifest: ReleaseManifest,
  live: Live,
  release: number,
  describe: Describe,
  direction: Direction = "update",
): Plan => {
  const addresses = addressing(manifest, live);
  const changes = changesOf(manifest, live, release, addresses, direction);
  const batched = changes.filter(isBatched);
  const whole = changes.filter((change) => !isBatched(change));
  const staged = whole.filter((change) => isStaged(change, direction));
  const moved = whole.filter((change) => !stopsFirst(change) && !isStaged(change, direction));
  const parts = { manifest, live, release, describe, direction };
  const up = whole.flatMap((change) => {
    const come = bringUp(change, manifest, live, describe);
    const jobs = jobsOf(change, "before-traffic", parts);
    if (!stopsFirst(change)) return [...jobs, ...come];
    // What can be made before the old ones stop is time that nobody waits for.
    const [made, started] = [true, false].map((create) => come.filter(({ action }) => (action.do === "create-container") === create));
    // A job of what stops first may write where the old one does, so it comes after that has stopped.
    return [...(made ?? []), ...makeRoom(change, manifest), ...jobs, ...(started ?? []), ...shift(change, manifest)];
  });
  return {
    schema: "seaworthy/plan@1",
    project: manifest.project,
    release,
    manifest: manifestDigest(manifest),
    summary: summaryOf(manifest, live, changes, direction),
    steps: [
      ...prerequisites(
        manifest,
        // What has no container now is made ready for the times at which it has one.
        manifest.services.filter((service) => service.schedule !== undefined || changes.some((change) => change.service === service)),
        live,
        addresses,
        direction === "rollback",
      ),
      ...up,
      ...staged.flatMap((change) => planStages(change, manifest)),
      ...batched.flatMap((change) => planBatches(change, manifest, live, describe, jobsOf(change, "before-traffic", parts))),
      ...moved.flatMap((change) => shift(change, manifest)),
      ...whole.flatMap((change) => retireChange(change, manifest)),
      ...changes.flatMap((change) => jobsOf(change, "after-traffic", parts)),
      ...dismiss(manifest, live),
      ...dropCertificates(manifest, live),
    ],
    ...(batched.length === 0 ? {} : { policies: batched.map(failurePolicyOf) }),
  };
};
