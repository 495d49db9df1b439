import type { Written } from "./journal.ts";
import type { Plan } from "./plan.ts";

/** How long nobody of a service was there, for each that could not overlap and whose requests could not wait in the proxy either. */
export interface Gap {
  readonly service: string;
  readonly ms: number;
  /** Why old and new could not run at once. */
  readonly why: string;
}

const BACK = new Set(["await-ready", "await-healthy", "await-exit", "await-server"]);

/** From when the old container was told to stop until the new one was ready, by the journal of a release that is live. */
export const gapsOf = ({ summary, steps, policies = [] }: Plan, entries: readonly Written[]): readonly Gap[] =>
  summary.flatMap(({ service, way, why }) => {
    const own = steps.filter((step) => step.service === service);
    // Where a few are replaced at a time, the others serve.
    if (way !== "stop-first" || policies.some((one) => one.service === service)) return [];
    if (own.some(({ action }) => action.do === "hold-requests")) return [];
    const stop = own.find(({ action }) => action.do === "stop-container");
    const back = own.findLast(({ action }) => BACK.has(action.do));
    const at = (kind: Written["kind"], id: string | undefined): number | undefined =>
      entries.find((one) => one.kind === kind && "step" in one && one.step === id)?.at;
    const [from, to] = [at("intent", stop?.id), at("done", back?.id)];
    return from === undefined || to === undefined ? [] : [{ service, ms: Math.max(0, to - from), why }];
  });
