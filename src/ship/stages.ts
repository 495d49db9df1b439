import { build } from "./stages/build.ts";
import { check } from "./stages/check.ts";
import { deploy } from "./stages/deploy.ts";
import { push } from "./stages/push.ts";
import { scan } from "./stages/scan.ts";
import { sign } from "./stages/sign.ts";
import { test } from "./stages/test.ts";
import { trial } from "./stages/trial.ts";
import type { Stage } from "./voyage.ts";

/** The way to production, in order. */
export const STAGES: readonly Stage[] = [check, build, test, scan, trial, push, sign, deploy];
