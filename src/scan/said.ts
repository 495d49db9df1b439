import type { Advisory, FixState } from "./advisories/advisory.ts";
import { affectedBy } from "./advisories/intervals.ts";
import { isWorse } from "./advisories/severity.ts";
import type { StoredAffected } from "./database/packed.ts";
import type { Match, StatedSeverity } from "./match.ts";
import type { VersionScheme } from "./versions/scheme.ts";

/** An advisory that holds for a package, and what it says of it. */
export interface Found {
  readonly advisory: Advisory;
  readonly affected: StoredAffected;
  readonly fixed: string | undefined;
  /** What is said of the package stands before what is said of all. */
  readonly stated: readonly StatedSeverity[];
}

/** Ids that each advisory is told under: its CVEs, or, without any, itself. */
export const idsOf = ({ id, cves }: Advisory): readonly string[] => (cves.length === 0 ? [id] : cves);

export const statedBy = (advisory: Advisory, affected: StoredAffected): readonly StatedSeverity[] =>
  [...(affected.severities ?? []), ...(advisory.severities ?? [])].map((one) => ({ ...one, source: advisory.id }));

/** Records without a CVE belong to those that name them as an alias: what GitHub and PyPA both tell is one. */
export const grouped = (found: readonly Found[]): ReadonlyMap<string, readonly Found[]> => {
  const groups = new Map<string, Found[]>();
  const byName = new Map<string, string>();
  for (const one of found.toSorted((a, b) => b.advisory.cves.length - a.advisory.cves.length)) {
    const { id, aliases, cves } = one.advisory;
    const named = cves.length > 0 ? undefined : [id, ...aliases].map((name) => byName.get(name)).find((name) => name !== undefined);
    for (const key of named === undefined ? idsOf(one.advisory) : [named]) {
      const group = groups.get(key) ?? [];
      group.push(one);
      groups.set(key, group);
      if (cves.length <= 1) for (const name of [id, ...aliases]) byName.set(name, key);
    }
  }
  return groups;
};

/** The lowest fix that none of the advisories calls affected; where each contradicts another, the highest. */
const fixOf = (all: readonly Found[], scheme: VersionScheme): string | undefined => {
  const [one, another] = all;
  // No interval holds its own end.
  if (one !== undefined && another === undefined && one.affected.intervals.length === 1 && one.affected.versions.length === 0)
    return one.fixed;
  const fixes = [...new Set(all.flatMap(({ fixed }) => fixed ?? []))].toSorted((a, b) => scheme.compare(a, b));
  return fixes.find((version) => all.every(({ affected }) => affectedBy(affected, version, scheme) === undefined)) ?? fixes.at(-1);
};

const stateOf = (all: readonly Found[], fixed: string | undefined): FixState =>
  fixed !== undefined ? "fixed" : (all.map(({ affected }) => affected.state).find((state) => state !== undefined) ?? "unfixed");

export const distinct = (severities: readonly StatedSeverity[]): readonly StatedSeverity[] =>
  severities.length < 2 ? severities : [...new Map(severities.map((one) => [`${one.source} ${one.written}`, one])).values()];

/** What advisories say together of a vulnerability. */
export interface Said extends Pick<Match, "advisories" | "state" | "severities" | "fixed" | "severity"> {
  readonly hasVector: boolean;
}

export const saidBy = (all: readonly Found[], scheme: VersionScheme): Said => {
  const fixed = fixOf(all, scheme);
  const stated = all.flatMap((one) => one.stated);
  let severity: StatedSeverity | undefined;
  for (const one of all) {
    const [first] = one.stated;
    if (first !== undefined && (severity === undefined || isWorse(first.rating, severity.rating))) severity = first;
  }
  return {
    advisories: [...new Map(all.map((one) => [one.advisory.id, one.advisory])).values()],
    state: stateOf(all, fixed),
    severities: distinct(stated),
    hasVector: stated.some(({ score }) => score !== undefined),
    ...(fixed === undefined ? {} : { fixed }),
    ...(severity === undefined ? {} : { severity }),
  };
};

export const isSame = (a: readonly Found[], b: readonly Found[]): boolean =>
  a.length === b.length && a.every((one, index) => one === b[index]);
