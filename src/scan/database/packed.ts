import type { Affected, Interval, Severity } from "../advisories/advisory.ts";

/** As it stands in a shard: the ecosystem is the shard's, the name the row's. */
export type StoredAffected = Omit<Affected, "ecosystem" | "name">;

/** What one advisory says of a package: its number, then what is affected. 0 and [] stand for what it does not say, and nothing stands behind the last that it does. */
type Packed = readonly [
  n: number,
  intervals: readonly (readonly [introduced?: string | 0, fixed?: string | 0, lastAffected?: string | 0, limit?: string | 0])[],
  versions?: readonly string[],
  state?: NonNullable<Affected["state"]> | 0,
  severities?: readonly Severity[],
];

const withoutEnd = (values: readonly unknown[]): readonly unknown[] =>
  values.slice(0, values.findLastIndex((value) => value !== 0 && !(Array.isArray(value) && value.length === 0)) + 1);

/** As JSON, to be put into the list of its package. */
export const pack = (n: number, { intervals, versions, state, severities = [] }: StoredAffected): string =>
  JSON.stringify([
    n,
    ...withoutEnd([
      intervals.map(({ introduced = 0, fixed = 0, lastAffected = 0, limit = 0 }) => withoutEnd([introduced, fixed, lastAffected, limit])),
      versions,
      state ?? 0,
      severities,
    ]),
  ]);

/** Of one package, by one advisory. */
export interface Known {
  /** Number of the advisory in its shard. */
  readonly n: number;
  readonly affected: StoredAffected;
}

const boundIn = (value: string | 0 | undefined): string | undefined => {
  if (value === 0 || value === undefined) return undefined;
  if (typeof value !== "string") throw new TypeError("a bound of an interval is no version");
  return value;
};

const intervalIn = (bounds: Packed[1][number]): Interval => {
  if (!Array.isArray(bounds)) throw new TypeError("an interval has no bounds");
  return { introduced: boundIn(bounds[0]), fixed: boundIn(bounds[1]), lastAffected: boundIn(bounds[2]), limit: boundIn(bounds[3]) };
};

const NONE: readonly string[] = [];

const knownIn = (packed: Packed): Known => {
  // By their places: to destructure 6,000 of them takes as long as to look up their packages.
  const n = packed[0];
  const intervals = packed[1].map(intervalIn);
  const versions = packed[2] ?? NONE;
  const state = packed[3];
  const severities = packed[4];
  if (typeof n !== "number" || !Array.isArray(versions)) throw new TypeError("what an advisory says of a package is no list of it");
  return { n, affected: { intervals, versions, state: state === 0 ? undefined : state, severities } };
};

/** @throws SyntaxError, TypeError for the text of another's making */
export const unpack = (text: string): readonly Known[] => (JSON.parse(text) as readonly Packed[]).map(knownIn);
