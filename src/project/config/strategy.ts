import * as v from "valibot";
import { isHostName } from "../../core/index.ts";
import { child, type ComposeNode } from "../../source/index.ts";
import { type Reading, report } from "../read/reading.ts";
import type { RouteSettings, ServiceReleaseSettings, StagedStrategy } from "../settings.ts";
import { described, durationSchema, wordSchema } from "./section.ts";

const STRATEGIES = ["rolling", "blue-green", "canary"] as const;

const ratio = (what: string) => v.pipe(v.number(`expected ${what}`), v.minValue(0, `expected ${what}`), v.maxValue(1, `expected ${what}`));

const analysisSchema = v.strictObject({
  for: v.optional(
    described(
      "How long new and stable are compared.",
      v.pipe(
        durationSchema,
        v.check((ms) => ms >= 1000, "expected at least 1s"),
      ),
    ),
    "5m",
  ),
  requests: v.optional(
    described(
      "From how many requests on the comparison says anything; with fewer it is inconclusive, and the rollout pauses.",
      v.pipe(
        v.number("expected a number"),
        v.integer("expected a whole number"),
        v.minValue(10, "fewer than 10 requests prove nothing"),
        v.maxValue(1_000_000, "expected at most 1000000"),
      ),
    ),
    100,
  ),
  errors: v.optional(
    described(
      "How much larger the part of failed requests may be than the stable side's, as a part of 1.",
      ratio("a part of 1, as in 0.01"),
    ),
    0.01,
  ),
  p95: v.optional(
    described(
      "How many times as long the 95th percentile may be as the stable side's.",
      v.pipe(
        v.number("expected a number"),
        v.minValue(1, "expected a factor of at least 1"),
        v.maxValue(1000, "expected a factor of at most 1000"),
      ),
    ),
    1.5,
  ),
});

const stepSchema = v.strictObject({
  weight: described(
    "Percent of the requests that the new release gets; more than in the step before. 0, in the first step: only whoever asks for it by header or preview host.",
    v.pipe(
      v.number("expected a weight from 0 to 100"),
      v.integer("expected a weight from 0 to 100"),
      v.minValue(0, "expected a weight from 0 to 100"),
      v.maxValue(100, "expected a weight from 0 to 100"),
    ),
  ),
  pause: v.optional(
    described(
      "How long the step lasts, or promote: until somebody says seaworthy promote.",
      v.union([v.literal("promote"), durationSchema], 'expected a duration, or "promote" to wait for seaworthy promote'),
    ),
  ),
  analysis: v.optional(described("The new release is compared with the stable one, and taken back when it is worse.", analysisSchema)),
});

/** What of a service's `release` is about its strategy. */
export const STRATEGY_ENTRIES = {
  strategy: v.optional(
    described("How the containers are replaced.", v.picklist(STRATEGIES, `expected ${STRATEGIES.join(", ")}`)),
    "rolling",
  ),
  preview: v.optional(
    described(
      "Host name under which the new release can be looked at before it serves; by default preview. and the service's first host.",
      v.pipe(
        wordSchema,
        v.toLowerCase(),
        v.check((text) => isHostName(text), "expected a host name such as preview.shop.acme.example"),
      ),
    ),
  ),
  autoPromote: v.optional(described("blue-green: when nobody has said anything for so long, the new release serves.", durationSchema)),
  keepOld: v.optional(described("blue-green: how long the old release is kept running, for an instant way back.", durationSchema)),
  steps: v.optional(
    described(
      "canary: the shares that the new release gets, one after another.",
      v.pipe(v.array(stepSchema), v.minLength(1, "expected at least one step")),
    ),
  ),
  sticky: v.optional(
    described(
      "canary: cookie keeps a client with the release that it got first; false draws each request for itself, for clients that keep no cookies and caches that may not see any. Default cookie.",
      v.union([v.literal("cookie"), v.literal(false)], "expected cookie or false"),
    ),
  ),
} as const;

type Written = v.InferOutput<ReturnType<typeof strategySchema>>;
// Only for its type.
const strategySchema = () => v.strictObject(STRATEGY_ENTRIES);

/** When nobody says how a canary goes: a tenth, then half, each judged. */
const defaultSteps = (): NonNullable<Written["steps"]> => [10, 50].map((weight) => ({ weight, analysis: v.parse(analysisSchema, {}) }));

const ONLY_FOR = { autoPromote: "blue-green", keepOld: "blue-green", steps: "canary", sticky: "canary" } as const;

const previewOf = (written: Written, route: RouteSettings): readonly string[] => {
  if (written.preview !== undefined) return [written.preview];
  const host = route.hosts.find((one) => one !== "*");
  const preview = `preview.${host ?? ""}`;
  return host !== undefined && isHostName(preview) ? [preview] : [];
};

const checkSteps = (steps: NonNullable<Written["steps"]>, at: ComposeNode, path: string, reading: Reading): void => {
  for (const [index, { weight, analysis }] of steps.entries()) {
    const before = steps[index - 1]?.weight ?? -1;
    if (weight <= before) report(reading, at, `${path}.${index}.weight: ${weight} does not come after ${before}: a share only grows`);
    if (weight === 100 && analysis !== undefined)
      report(reading, at, `${path}.${index}.analysis: at weight 100 the stable release gets no requests to compare with`);
  }
};

/** The strategy with what belongs to it. Problems are reported at `node`, the service's `release`, or at the key that makes them. */
export const strategyOf = (
  written: Written,
  route: RouteSettings | undefined,
  node: ComposeNode | undefined,
  path: string,
  reading: Reading,
): ServiceReleaseSettings["strategy"] => {
  const { strategy, autoPromote, keepOld, steps = defaultSteps() } = written;
  const at = (key: string): ComposeNode | undefined => child(node, key) ?? node;
  const complain = (key: string, message: string): void => {
    const place = at(key);
    if (place !== undefined) report(reading, place, `${path}.${key}: ${message}`);
  };
  for (const [key, name] of Object.entries(ONLY_FOR) as readonly (readonly [keyof typeof ONLY_FOR, string])[])
    if (written[key] !== undefined && strategy !== name) complain(key, `belongs to the strategy ${name}, and this is ${strategy}`);
  if (strategy === "rolling") {
    if (written.preview !== undefined) complain("preview", "belongs to the strategies blue-green and canary, and this is rolling");
    return strategy;
  }
  if (route === undefined) {
    complain("strategy", `${strategy} moves requests in the proxy, and this service has no x-seaworthy.route`);
    return "rolling";
  }
  const preview = previewOf(written, route);
  if (strategy === "blue-green")
    return { name: strategy, preview, keepOld: keepOld ?? (0 as StagedDuration), ...(autoPromote === undefined ? {} : { autoPromote }) };
  const place = at("steps");
  if (place !== undefined) checkSteps(steps, place, `${path}.steps`, reading);
  return {
    name: strategy,
    preview,
    ...(written.sticky === false ? { sticky: false } : {}),
    steps: steps.map(({ weight, pause, analysis }) => ({
      weight,
      ...(pause === undefined ? {} : { pause }),
      ...(analysis === undefined ? {} : { analysis }),
    })),
  };
};

type StagedDuration = Extract<StagedStrategy, { name: "blue-green" }>["keepOld"];
