import * as v from "valibot";
import { later, durationSchema, section } from "./section.ts";
import { STRATEGY_ENTRIES } from "./strategy.ts";

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
  docs: "How the service is replaced. The strategy: rolling (default), blue-green (looked at under the host name `preview`, by default preview.<host>, until somebody promotes it or autoPromote has passed; the old release is kept running for keepOld), or canary (steps of a weight in percent, each with an analysis, a pause or both). An analysis compares the new release with the stable one over the time `for` (5m): how much larger its part of failed requests may be (errors, 0.01), how many times as long its 95th percentile (p95, 1.5), and from how many requests on it says anything (requests, 100). Also the time requests in flight get (drain, default 30s) and the time a new container gets to become ready (default 60s). Where old and new cannot run at once, requests wait in the proxy meanwhile: how long each may (hold, default 30s, at most 50s, or off) and how many may (holdRequests, default 1000).",
  schema: v.strictObject({
    ...STRATEGY_ENTRIES,
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
  }),
});
