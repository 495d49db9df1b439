import type { ReleaseManifest } from "../manifest.ts";
import type { Step } from "../plan.ts";
import { planBlueGreen } from "./blue-green.ts";
import { planCanary } from "./canary.ts";
import type { Staged } from "./staged.ts";

/** What a staged service does once its new containers are up: one file a strategy. */
export const planStages = (change: Staged, manifest: ReleaseManifest): readonly Step[] => {
  const { strategy } = change.service;
  return strategy.name === "canary" ? planCanary(change, strategy, manifest) : planBlueGreen(change, strategy, manifest);
};
