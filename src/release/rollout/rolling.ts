import type { Live } from "../live.ts";
import { manifestDigest, type ReleaseManifest } from "../manifest.ts";
import type { Plan } from "../plan.ts";
import { type Change, changesOf, type Describe, summaryOf } from "./change.ts";
import { prerequisites } from "./prerequisites.ts";
import { bringUp, dismiss, makeRoom, retireChange, shift } from "./steps.ts";

/**
 * The plan of a rolling release on one host: everything new is brought up and gated first, then all traffic moves, then the old goes.
 * Pure: equal inputs give equal plans. Services whose containers already run exactly what the manifest says are left alone.
 */
export const planRolling = (manifest: ReleaseManifest, live: Live, release: number, describe: Describe): Plan => {
  const changes = changesOf(manifest, live, release);
  const stopsFirst = (change: Change): boolean => change.order.way === "stop-first";
  const up = changes.flatMap((change) => {
    const come = bringUp(change, manifest, live, describe);
    if (!stopsFirst(change)) return come;
    // What can be made before the old ones stop is time that nobody waits for.
    const [made, started] = [true, false].map((create) => come.filter(({ action }) => (action.do === "create-container") === create));
    return [...(made ?? []), ...makeRoom(change, manifest), ...(started ?? []), ...shift(change, manifest)];
  });
  return {
    schema: "seaworthy/plan@1",
    project: manifest.project,
    release,
    manifest: manifestDigest(manifest),
    summary: summaryOf(manifest, live, changes),
    steps: [
      ...prerequisites(
        manifest,
        changes.map(({ service }) => service),
        live,
      ),
      ...up,
      ...changes.filter((change) => !stopsFirst(change)).flatMap((change) => shift(change, manifest)),
      ...changes.flatMap((change) => retireChange(change, manifest)),
      ...dismiss(manifest, live),
    ],
  };
};
