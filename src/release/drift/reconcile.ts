import { SeaworthyError } from "../../core/index.ts";
import type { Actor } from "../actor.ts";
import { describeReplica } from "../describe.ts";
import type { RolloutOutcome } from "../interpreter.ts";
import { readLive } from "../live.ts";
import type { Repair, RunOptions } from "../options.ts";
import type { Rollouts } from "../rollouts.ts";
import { liveRelease, type RolloutState } from "../rollout-state.ts";
import { differencesOf } from "./differences.ts";
import { observe } from "./observe.ts";
import { planRepair } from "./repair.ts";

/** How what runs differs from the live release, and putting it right. */
export interface Reconciler {
  readonly repair: (project: string) => Promise<Repair & { readonly live: RolloutState }>;
  readonly reconcile: (
    project: string,
    options: RunOptions & { readonly why?: string },
  ) => Promise<(Repair & { readonly outcome: RolloutOutcome }) | undefined>;
}

export const reconcilerOf = (actor: Actor, { rollOut }: Rollouts): Reconciler => {
  const { journal, engine, proxy, state, begin } = actor;

  const repair = async (project: string): Promise<Repair & { readonly live: RolloutState }> => {
    const live = liveRelease(journal, project);
    if (live === undefined)
      throw new SeaworthyError("INPUT_NOT_FOUND", `no release of ${project} is live, so there is nothing to compare with`, {
        hint: "Deploy one first.",
      });
    const { manifest } = live.entry;
    const services = manifest.services.map(({ name }) => name);
    const [seen, now] = [
      await observe({ engine, proxy, state, project, manifest, services }),
      await readLive(engine, proxy, project, services),
    ];
    const made = planRepair(manifest, seen, now, journal.nextRelease(project), describeReplica(manifest, state, now));
    return { live, differences: differencesOf(seen), plan: made };
  };

  const reconcile = async (project: string, options: RunOptions & { readonly why?: string }) => {
    const { live, differences, plan: made } = await repair(project);
    if (made.steps.length === 0) return undefined;
    const { manifest, digest, evidence, release, repairs = release } = live.entry;
    begin({ manifest, digest, why: options.why ?? "", evidence, plan: made, repairs }, options);
    return { differences, plan: made, outcome: await rollOut(project, made.release, options) };
  };

  return { repair, reconcile };
};
