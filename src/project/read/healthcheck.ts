import type { Healthcheck } from "../container-spec.ts";
import { healthTest } from "./command.ts";
import { object, type Reader, report } from "./reading.ts";
import { duration, integer, truth } from "./scalars.ts";

const FIELDS = object(
  { test: healthTest, disable: truth, interval: duration, timeout: duration, start_period: duration, retries: integer(0, 1_000_000) },
  { start_interval: "it needs engine API 1.44; a short interval does the same" },
);

/** The engine refuses times between zero and one millisecond, and takes zero for its own default. */
export const healthcheck: Reader<Healthcheck> = (node, path, reading) => {
  const written = FIELDS(node, path, reading);
  if (written === undefined) return undefined;
  const { test, interval, timeout, start_period: startPeriod, retries } = written;
  if (written.disable === true) {
    if (test !== undefined && test[0] !== "NONE") return report(reading, node, `${path}: disable: true and a test contradict each other`);
    return { test: ["NONE"] };
  }
  return {
    ...(test === undefined ? {} : { test }),
    ...(interval === undefined ? {} : { intervalMs: interval }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(startPeriod === undefined ? {} : { startPeriodMs: startPeriod }),
    ...(retries === undefined ? {} : { retries }),
  };
};
