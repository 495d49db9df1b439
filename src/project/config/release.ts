import * as v from "valibot";
import { described, durationSchema, later, section } from "./section.ts";

export const release = section({
  key: "release",
  scope: "project",
  docs: "Which past releases are kept for rollback: by default the last 5.",
  schema: v.strictObject({
    keep: v.optional(
      described(
        "How many releases are kept for rollback.",
        v.pipe(
          v.number("expected a number"),
          v.integer("expected a whole number"),
          v.minValue(1, "at least 1 is kept"),
          v.maxValue(100, "at most 100 are kept"),
        ),
      ),
      5,
    ),
    keepFor: v.optional(
      described("What served within this time is kept for rollback as well, however many releases ago.", durationSchema),
      "0",
    ),
    waves: later("releases over several hosts are not in this version"),
  }),
});
