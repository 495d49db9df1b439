/** One value of a series. */
export interface SeriesPoint {
  /** Milliseconds from the beginning of the series; of `start-up` which start it was, from 1. */
  readonly at: number;
  readonly value: number;
}

/** What was measured over a time, for charts. */
export interface Series {
  /**
   * `memory`: the working set from the container's start on. `stop`: how many of the requests in flight were not yet answered, from the stop signal on.
   * `start-up`: how long each start took until all requests were answered.
   */
  readonly name: "memory" | "stop" | "start-up";
  /** Of the values. */
  readonly unit: "bytes" | "requests" | "ms";
  /** At most 200. */
  readonly points: readonly SeriesPoint[];
  /** What happened meanwhile, in milliseconds from the beginning: `answers`, `SIGTERM`, `last answer`, `exit 0`. */
  readonly marks?: readonly { readonly at: number; readonly label: string }[];
  /** What it is held against: the memory limit in bytes; the grace period, or the time before a start counts as failed, in milliseconds. */
  readonly limit?: number;
}

const MOST = 200;

/** At most so many points that a chart can show: of neighbours the highest. */
export const thinned = (points: readonly SeriesPoint[], most = MOST): readonly SeriesPoint[] => {
  if (points.length <= most) return points;
  const size = Math.ceil(points.length / most);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, index) =>
    points.slice(index * size, (index + 1) * size).reduce((best, one) => (one.value > best.value ? one : best)),
  );
};
