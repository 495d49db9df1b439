import * as v from "valibot";
import { later, durationSchema, section } from "./section.ts";

/** HAProxy gives up a client that is silent for 60 s, and one whose request waits is silent. */
const MAX_HOLD_MS = 50_000;

/** YAML 1.1 reads `off` as false. */
const holdSchema = v.union(
  [
    v.pipe(
      v.union([v.literal("off"), v.literal(false)]),
      v.transform(() => undefined),
    ),
    v.pipe(
      durationSchema,
      v.check((ms) => ms >= 1000 && ms <= MAX_HOLD_MS, "expected off, or 1s to 50s"),
    ),
  ],
  "expected off, or a duration from 1s to 50s",
);

export const serviceRelease = section({
  key: "release",
  scope: "service",
  docs: "How the service is replaced: the time requests in flight get (drain, default 30s) and the time a new container gets to become ready (default 60s). Where old and new cannot run at once, requests wait in the proxy meanwhile: how long each may (hold, default 30s, at most 50s, or off) and how many may (holdRequests, default 1000).",
  schema: v.strictObject({
    strategy: v.optional(
      v.pipe(
        v.string("expected rolling"),
        v.rawTransform<string, "rolling">(({ dataset, addIssue, NEVER }) => {
          if (dataset.value === "rolling") return "rolling";
          addIssue({ message: `"${dataset.value}" is not a strategy of this version: expected rolling` });
          return NEVER;
        }),
      ),
      "rolling",
    ),
    drain: v.optional(durationSchema, "30s"),
    ready: v.optional(durationSchema, "60s"),
    hold: v.optional(holdSchema, "30s"),
    holdRequests: v.optional(
      v.pipe(
        v.number("expected a number"),
        v.integer("expected a whole number"),
        v.minValue(1, "expected at least 1"),
        v.maxValue(100_000, "expected at most 100000"),
      ),
      1000,
    ),
    sticky: later(),
    websockets: later(),
    steps: later("canary steps are not in this version"),
  }),
});
