import type { VersionScheme } from "../versions/scheme.ts";
import type { Affected, Interval } from "./advisory.ts";

export interface Event {
  readonly introduced?: string | undefined;
  readonly fixed?: string | undefined;
  readonly last_affected?: string | undefined;
  readonly limit?: string | undefined;
}

type Order = Pick<VersionScheme, "compare">;

/** `0` is before every version (ossf.github.io/osv-schema, "affected[].ranges[].events"). */
const compareBounds = (a: string, b: string, { compare }: Order): number =>
  a === "0" || b === "0" ? Number(b === "0") - Number(a === "0") : compare(a, b);

/** Where no limit stands, or a `*`, everything counts; else what is before the highest of them. */
const limitOf = (events: readonly Event[], order: Order): string | undefined => {
  const limits = events.flatMap(({ limit }) => limit ?? []);
  return limits.includes("*") ? undefined : limits.toSorted((a, b) => compareBounds(b, a, order))[0];
};

interface Bounds {
  readonly version: string;
  begins: boolean;
  fixed: boolean;
  last: boolean;
}

/** What happens at each version, in their order. */
const boundsOf = (events: readonly Event[], order: Order): readonly Bounds[] => {
  const single = events
    .flatMap(({ introduced, fixed, last_affected: last }) => [
      ...(introduced === undefined ? [] : [{ kind: "begins", version: introduced } as const]),
      ...(fixed === undefined ? [] : [{ kind: "fixed", version: fixed } as const]),
      ...(last === undefined ? [] : [{ kind: "last", version: last } as const]),
    ])
    .toSorted((a, b) => compareBounds(a.version, b.version, order));
  const bounds: Bounds[] = [];
  for (const { kind, version } of single) {
    let at = bounds.at(-1);
    if (at === undefined || compareBounds(at.version, version, order) !== 0)
      bounds.push((at = { version, begins: false, fixed: false, last: false }));
    at[kind] = true;
  }
  return bounds;
};

/** Events of one range, in any order, as the intervals that they bound (ossf.github.io/osv-schema, "Evaluation"). */
export const intervalsOf = (events: readonly Event[], order: Order): readonly Interval[] => {
  const intervals: Interval[] = [];
  const limit = limitOf(events, order);
  let open: string | undefined;
  const close = (end: Pick<Interval, "fixed" | "lastAffected">): void => {
    intervals.push({
      ...(open === undefined || open === "0" ? {} : { introduced: open }),
      ...end,
      ...(limit === undefined ? {} : { limit }),
    });
    open = undefined;
  };
  for (const { version, begins, fixed, last } of boundsOf(events, order)) {
    // What began before ends before another begins; what would begin where it is mended is none.
    if (open !== undefined && fixed) {
      close({ fixed: version });
      if (begins) open = version;
    } else if (begins && !fixed) open ??= version;
    if (open !== undefined && last) close({ lastAffected: version });
  }
  if (open !== undefined) close({});
  return intervals;
};

const holds = ({ introduced, fixed, lastAffected, limit }: Interval, version: string, { compare }: Order): boolean =>
  (introduced === undefined || compare(version, introduced) >= 0) &&
  (limit === undefined || compare(version, limit) < 0) &&
  (fixed === undefined || compare(version, fixed) < 0) &&
  (lastAffected === undefined || compare(version, lastAffected) <= 0);

/** The interval that the version is in; an empty one when the advisory names the very version; undefined when it is not affected. */
export const affectedBy = (
  { intervals, versions }: Pick<Affected, "intervals" | "versions">,
  version: string,
  scheme: Order,
): Interval | undefined =>
  intervals.find((interval) => holds(interval, version, scheme)) ??
  (versions.some((one) => one === version || scheme.compare(one, version) === 0) ? {} : undefined);
