import type { Component, Match } from "./match.ts";

/** Updates of a release beyond those that everybody gets: for whoever has a subscription to them. */
export interface ExtendedStream {
  /** As its advisories are kept (ecosystem.ts). */
  readonly ecosystem: string;
  /** For people: `Ubuntu Pro`. */
  readonly label: string;
  /** How the installed version stands to it: `taken` came from it, `like` may have (its numbers are of the same line), `none`. */
  readonly installed: "taken" | "like" | "none";
  /** Whether a version that its advisories name is to be had by subscribers alone. Absent: each is. */
  readonly isOwn?: (version: string) => boolean;
}

/** What of one ecosystem is known of a package: what holds for its version, and everything that is told of under its name. */
export interface Answer {
  readonly matches: readonly Match[];
  /** Ids that its advisories speak of, also of other versions. */
  readonly told: () => ReadonlySet<string>;
}

/** `1.1.1f-1ubuntu2.22+esm1`, `...~esm2`. */
const ESM = /[+~.]esm\d/i;
const FIPS = /fips/i;

/**
 * Streams beside an ecosystem: Ubuntu Pro (ESM) and its certified modules, Red Hat's minor releases (EUS, AUS, TUS, E4S) and its life after support (ELS), SUSE's LTSS
 * (ossf.github.io/osv-schema, "Defined ecosystems").
 */
export const extendedStreams = ({ ecosystem, version }: Component): readonly ExtendedStream[] => {
  const [, ubuntu] = /^Ubuntu:(\d.*)$/.exec(ecosystem) ?? [];
  if (ubuntu !== undefined) {
    if (FIPS.test(version))
      return ["FIPS", "FIPS-updates", "FIPS-preview"].map((stream) => ({
        ecosystem: `Ubuntu:Pro:${stream}:${ubuntu}`,
        label: `Ubuntu Pro (${stream})`,
        installed: "taken",
      }));
    return [
      {
        ecosystem: `Ubuntu:Pro:${ubuntu}`,
        label: "Ubuntu Pro",
        installed: ESM.test(version) ? "taken" : "none",
        isOwn: (fixed) => ESM.test(fixed),
      },
    ];
  }
  const [, redHat] = /^Red Hat:(\d+)$/.exec(ecosystem) ?? [];
  if (redHat !== undefined) {
    const [, major, minor] = /\.el(\d+)_(\d+)/.exec(version) ?? [];
    const own = major === redHat && minor !== undefined;
    return [
      ...(own
        ? [
            {
              ecosystem: `Red Hat:${redHat}.${minor}`,
              label: `Red Hat's extended updates of ${redHat}.${minor}`,
              installed: "like" as const,
            },
          ]
        : []),
      { ecosystem: `Red Hat:${redHat}:els`, label: "Red Hat's extended life cycle support", installed: "none" },
    ];
  }
  const [, suse] = /^SUSE:(\d+(?:\.\d+)?)$/.exec(ecosystem) ?? [];
  return suse === undefined ? [] : [{ ecosystem: `SUSE:${suse}:LTSS`, label: "SUSE LTSS", installed: "none" }];
};

const byId = (a: Match, b: Match): number => (a.id < b.id ? -1 : 1);

/** A version that only the stream has is no fix for who has not subscribed to it; of what everybody could once have, the stream tells as well. */
const onlyThere = (found: Match, { label, isOwn = () => true }: Pick<ExtendedStream, "label" | "isOwn">): Match => {
  const { fixed, ...match } = found;
  return fixed === undefined || !isOwn(fixed) ? found : { ...match, state: "extended", extended: { stream: label, fixed } };
};

/**
 * What holds for a package by the advisories of its release and those of the streams beside it. Of a version that was taken from a stream the stream knows best, and one
 * that may be of it has what the stream says it mends; any other is only told which stream would mend it.
 */
export const withExtended = (base: Answer, streams: readonly (Answer & Omit<ExtendedStream, "ecosystem">)[]): readonly Match[] => {
  let found = base.matches;
  const near = streams.filter(({ installed }) => installed !== "none");
  // What one of them mends at this version is mended, whatever another says.
  const mended = (id: string): boolean => near.some(({ matches, told }) => told().has(id) && !matches.some((one) => one.id === id));
  if (near.length > 0) found = found.filter(({ id }) => !mended(id));
  for (const stream of streams) {
    const { matches, label, installed } = stream;
    const here = new Map(matches.filter(({ id }) => !mended(id)).map((one) => [one.id, one]));
    if (here.size === 0) continue;
    found = found.map((one) => {
      const other = here.get(one.id);
      if (other === undefined) return one;
      if (installed === "taken") return other;
      return one.fixed === undefined && other.fixed !== undefined && one.extended === undefined
        ? { ...one, state: "extended", extended: { stream: label, fixed: other.fixed } }
        : one;
    });
    const known = new Set(found.map(({ id }) => id));
    const more = [...here.values()].filter(({ id }) => !known.has(id) && (installed === "taken" || !base.told().has(id)));
    found = [...found, ...more.map((one) => (installed === "taken" ? one : onlyThere(one, stream)))];
  }
  return found.toSorted(byId);
};
