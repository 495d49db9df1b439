import { check } from "./check.ts";
import { contentCommand, contentPlugin } from "./content.ts";
import { policy } from "./policy.ts";
import { prune } from "./prune.ts";
import { proxy } from "./proxy.ts";
import { registry } from "./registry.ts";
import { release } from "./release.ts";
import { scan } from "./scan.ts";
import { serviceJobs } from "./service-jobs.ts";
import { serviceBuild } from "./service-build.ts";
import { serviceLimits } from "./service-limits.ts";
import { serviceMaintenance } from "./service-maintenance.ts";
import { serviceRelease } from "./service-release.ts";
import { serviceSchedule } from "./service-schedule.ts";
import { serviceRoute } from "./service-route.ts";
import { serviceTrial } from "./service-trial.ts";
import { test } from "./test.ts";
import { trust } from "./trust.ts";
import { waive } from "./waive.ts";
import type { Section } from "./section.ts";

/** Every section of `x-seaworthy` that this version reads; the reference page is made from it. */
export const SECTIONS: readonly Section[] = [
  policy,
  waive,
  trust,
  registry,
  check,
  scan,
  test,
  release,
  prune,
  proxy,
  serviceBuild,
  serviceRoute,
  serviceLimits,
  serviceMaintenance,
  serviceRelease,
  serviceJobs,
  serviceSchedule,
  serviceTrial,
  contentCommand,
  contentPlugin,
];

/** Sections of the design that this version refuses instead of ignoring. */
export const LATER_SECTIONS: Readonly<Record<Section["scope"], readonly string[]>> = {
  project: ["hosts", "backup", "observe", "alerts", "graduate"],
  service: ["scan", "backup"],
  content: [],
};
