import type { VersionScheme } from "../versions/scheme.ts";
import type { Affected, Interval } from "./advisory.ts";

interface Event {
  readonly introduced?: string | undefined;
  readonly fixed?: string | undefined;
  readonly last_affected?: string | undefined;
}

/** `0` is before every version (ossf.github.io/osv-schema, "affected[].ranges[].events"). */
const versionOf = ({ introduced, fixed, last_affected: last }: Event): string | undefined => introduced ?? fixed ?? last;

/** Events of one range, in any order, as the intervals that they bound. A `limit` bounds commits only and is no event here. */
export const intervalsOf = (events: readonly Event[], { compare }: Pick<VersionScheme, "compare">): readonly Interval[] => {
  const bounds = events
    .filter((event) => versionOf(event) !== undefined)
    .toSorted((a, b) => {
      const [left = "0", right = "0"] = [versionOf(a), versionOf(b)];
      if (left === "0" || right === "0") return Number(right === "0") - Number(left === "0");
      // What ends at a version ends before what begins there, and a last one is affected itself.
      return compare(left, right) || Number(a.introduced !== undefined) - Number(b.introduced !== undefined);
    });
  const intervals: Interval[] = [];
  let open: string | undefined;
  for (const { introduced, fixed, last_affected: lastAffected } of bounds) {
    if (introduced !== undefined) {
      open ??= introduced;
      continue;
    }
    if (open === undefined) continue;
    const from = open === "0" ? {} : { introduced: open };
    if (fixed !== undefined) intervals.push({ ...from, fixed });
    else if (lastAffected !== undefined) intervals.push({ ...from, lastAffected });
    open = undefined;
  }
  if (open !== undefined) intervals.push(open === "0" ? {} : { introduced: open });
  return intervals;
};

const holds = ({ introduced, fixed, lastAffected }: Interval, version: string, { compare }: Pick<VersionScheme, "compare">): boolean =>
  (introduced === undefined || compare(version, introduced) >= 0) &&
  (fixed === undefined || compare(version, fixed) < 0) &&
  (lastAffected === undefined || compare(version, lastAffected) <= 0);

/** The interval that the version is in; an empty one when the advisory names the very version; undefined when it is not affected. */
export const affectedBy = (
  { intervals, versions }: Pick<Affected, "intervals" | "versions">,
  version: string,
  scheme: Pick<VersionScheme, "compare">,
): Interval | undefined =>
  intervals.find((interval) => holds(interval, version, scheme)) ??
  (versions.some((one) => one === version || scheme.compare(one, version) === 0) ? {} : undefined);
