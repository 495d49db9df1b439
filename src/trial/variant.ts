import type { Baseline } from "./baseline.ts";
import type { Lab, Variant } from "./lab/lab.ts";
import { comesUp, type Up } from "./up.ts";

/** As in the baseline, of what a start as production would do it takes at this moment. */
const TIMES = 8;

/**
 * Whether a variant comes up. One that goes on running and is only late is held against a container as production would run it, started now: when that takes
 * long as well the machine has become busy, which says nothing of the variant, and it is given as much longer.
 */
export const variantComesUp = async (lab: Lab, variant: Variant, { smoke, limitMs }: Pick<Baseline, "smoke" | "limitMs">): Promise<Up> => {
  const attempt = async (one: Variant, withinMs: number): Promise<Up> => {
    const running = await lab.start(one);
    const up = await comesUp(running, smoke, withinMs);
    await running.remove();
    return up;
  };
  const first = await attempt(variant, limitMs);
  if (first.up || first.exitCode !== undefined) return first;
  const control = await attempt({ name: `${variant.name}-control` }, limitMs * TIMES);
  if (!control.up) throw new Error(`the machine is too busy: run again as in the baseline, ${control.words}`);
  const patienceMs = control.tookMs * TIMES;
  return patienceMs <= limitMs ? first : attempt({ ...variant, name: `${variant.name}-again` }, patienceMs);
};
