import * as v from "valibot";
import { SEVERITIES } from "../../checklist/index.ts";
import { dateSchema, section, wordSchema } from "./section.ts";

export const check = section({
  key: "check",
  scope: "project",
  docs: "Findings to leave out (rule, optionally a path pattern and an end date, always a reason), and the severity from which check fails.",
  schema: v.strictObject({
    ignore: v.optional(
      v.array(v.strictObject({ rule: wordSchema, path: v.optional(wordSchema), until: v.optional(dateSchema), why: wordSchema })),
      [],
    ),
    fail: v.optional(v.picklist(SEVERITIES, `expected ${SEVERITIES.join(", ")}`)),
  }),
});
