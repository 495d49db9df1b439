import * as v from "valibot";
import { described, durationSchema, flag, section, sizeSchema } from "./section.ts";

const countSchema = v.pipe(
  v.number("expected a number"),
  v.integer("expected a whole number"),
  v.minValue(1, "expected at least 1"),
  v.maxValue(1_000_000, "expected at most 1000000"),
);

const between = (least: string, leastMs: number, most: string, mostMs: number) =>
  v.pipe(
    durationSchema,
    v.check((ms) => ms >= leastMs && ms <= mostMs, `expected ${least} to ${most}`),
  );

const windowSchema = v.pipe(
  between("1s", 1000, "24h", 86_400_000),
  v.check((ms) => ms % 1000 === 0, "expected whole seconds"),
);

const timeoutSchema = between("1ms", 1, "24h", 86_400_000);

/** HAProxy gives up a client that is silent for 60 s. */
const queueSchema = between("1ms", 1, "50s", 50_000);

export const serviceLimits = section({
  key: "limits",
  scope: "service",
  docs: "What the service takes from its clients, kept by the proxy in front of it: the size of requests, how many of one address, how many at once, and how long anything may last. Absent: no limit, and the proxy's own times.",
  schema: v.strictObject({
    body: v.optional(described("Largest request body, as in 20mb; more is answered 413.", sizeSchema)),
    unmeasured: v.optional(
      described(
        "With body: whether bodies pass whose length nobody said (chunked) and that are larger than 8 kB, so that they cannot be measured in time. By default they are answered 411.",
        flag,
      ),
      false,
    ),
    rate: v.optional(
      described(
        "Requests of one client address within a time; more are answered 429 with Retry-After. Of IPv6 a /64 counts as one address.",
        v.strictObject({
          requests: described("How many.", countSchema),
          per: v.optional(described("Within how long, in whole seconds.", windowSchema), "10s"),
        }),
      ),
    ),
    perClient: v.optional(described("Requests of one client address under way at once; more are answered 429.", countSchema)),
    perReplica: v.optional(
      described("Requests under way at once on one container; more wait in the proxy, as long as timeouts.queue.", countSchema),
    ),
    timeouts: v.optional(
      described(
        "How long anything may last.",
        v.strictObject({
          connect: v.optional(described("Until a container takes the connection (2s).", timeoutSchema)),
          header: v.optional(
            described(
              "Until a request's head is there (30s). The proxy learns only from it which service is meant: the longest that any service of the host asks for holds.",
              timeoutSchema,
            ),
          ),
          answer: v.optional(described("Between two signs of life of a container that answers (60s); then 504.", timeoutSchema)),
          idle: v.optional(described("Of an upgraded connection, as a WebSocket, in which nothing moves (1h).", timeoutSchema)),
          queue: v.optional(described("For a container to have room (10s), at most 50s; then 503.", queueSchema)),
        }),
      ),
    ),
  }),
});
