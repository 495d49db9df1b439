import * as v from "valibot";
import { described, durationSchema, section } from "./section.ts";
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

const waitingSchema = v.pipe(
  v.number("expected a number"),
  v.integer("expected a whole number"),
  v.minValue(1, "expected at least 1"),
  v.maxValue(100_000, "expected at most 100000"),
);

const LASTING = ["cut", "spread", "wait"] as const;

export const serviceRelease = section({
  key: "release",
  scope: "service",
  docs: "How the service is replaced: the strategy (rolling, blue-green or canary), how long requests in flight may take to end and a new container to become ready, and, where old and new cannot run at once, how long requests may wait in the proxy meanwhile.",
  schema: v.strictObject({
    ...STRATEGY_ENTRIES,
    drain: v.optional(described("How long requests in flight may take before their container is taken away.", durationSchema), "30s"),
    ready: v.optional(described("How long a new container may take to become ready.", durationSchema), "60s"),
    hold: v.optional(
      described(
        "Where old and new cannot run at once: how long a request may wait in the proxy meanwhile, at most 50s, or off.",
        holdSchema,
      ),
      "30s",
    ),
    holdRequests: v.optional(described("How many requests may wait at once.", waitingSchema), 1000),
    websockets: v.optional(
      described(
        "What becomes of WebSockets, event streams and tunnels of a container that leaves: cut closes them at once, spread evenly over the drain, wait at its end.",
        v.picklist(LASTING, `expected ${LASTING.join(", ")}`),
      ),
      "wait",
    ),
  }),
});
