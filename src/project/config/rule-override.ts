import * as v from "valibot";
import { SEVERITIES } from "../../checklist/index.ts";
import type { RuleOverride } from "../settings.ts";
import { dateSchema, described, listSchema, wordSchema } from "./section.ts";

const LEVELS = ["off", ...SEVERITIES] as const;
const EXPECTED = `expected ${LEVELS.join(", ")}`;

/** YAML 1.1 readers, and many people, take a bare `off` for false. */
const level = v.pipe(
  v.union([v.picklist(LEVELS), v.literal(false)], EXPECTED),
  v.transform((value): (typeof LEVELS)[number] => (value === false ? "off" : value)),
);

const whole = v.strictObject({
  severity: v.exactOptional(described("How serious its findings are here, or off.", level)),
  reason: v.exactOptional(described("Why; a rule that is off owes one.", wordSchema)),
  until: v.exactOptional(described("The last day it holds, in UTC.", dateSchema)),
  paths: v.exactOptional(described("The files it holds for, or patterns, from this file's folder. Absent: all.", listSchema)),
});

/** `error`, or all of it: `{severity: off, reason: ..., paths: [...]}`. */
export const ruleOverride = v.pipe(
  v.union([level, whole], `${EXPECTED} or a mapping of severity, reason, until and paths`),
  v.transform((value): RuleOverride => (typeof value === "string" ? { severity: value } : value)),
);
