import { join } from "node:path";
import type { Advisory, Severity } from "./advisories/advisory.ts";
import { affectedBy } from "./advisories/intervals.ts";
import { canonicalName } from "./advisories/names.ts";
import { isWorse } from "./advisories/severity.ts";
import { readExploited } from "./database/exploited.ts";
import { type Manifest, readManifest } from "./database/manifest.ts";
import { type Known, type OpenShard, openShard } from "./database/shard.ts";
import { schemeOf } from "./versions/ecosystems.ts";
import type { VersionScheme } from "./versions/scheme.ts";

/** What advisories are looked up for: of a distribution's package its source, with the source's version. */
export interface Component {
  /** As OSV names it, with the release of a distribution: `npm`, `Debian:12`. */
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

/** One vulnerability of one component, however many advisories tell of it. */
export interface Match {
  readonly component: Component;
  /** The CVE, else the first advisory's own id. */
  readonly id: string;
  readonly advisories: readonly Advisory[];
  /** The lowest version that mends it, of all advisories that name one; absent: none does. */
  readonly fixed?: string;
  /** The worst that the matched advisories say. */
  readonly severity?: Severity;
}

export interface Matcher extends Disposable {
  /** Undefined: there is no source of advisories for its ecosystem. */
  match(component: Component): readonly Match[] | undefined;
  /** Whether the CVE is known to be exploited; never, where the database does not say. */
  isExploited(id: string): boolean;
}

interface Found {
  readonly advisory: Advisory;
  readonly fixed: string | undefined;
  readonly severity: Severity | undefined;
}

/** Ids that each advisory is told under: its CVEs, or, without any, itself. */
const idsOf = ({ id, cves }: Advisory): readonly string[] => (cves.length === 0 ? [id] : cves);

const worst = (found: readonly Found[]): Severity | undefined =>
  found
    .flatMap(({ severity }) => severity ?? [])
    .reduce<Severity | undefined>((a, b) => (a === undefined || isWorse(b.rating, a.rating) ? b : a), undefined);

/** Records without a CVE belong to those that name them as an alias: what GitHub and PyPA both tell is one. */
const grouped = (found: readonly Found[]): ReadonlyMap<string, readonly Found[]> => {
  const groups = new Map<string, Found[]>();
  const byName = new Map<string, string>();
  for (const one of found.toSorted((a, b) => b.advisory.cves.length - a.advisory.cves.length)) {
    const { id, aliases, cves } = one.advisory;
    const named = cves.length > 0 ? undefined : [id, ...aliases].map((name) => byName.get(name)).find((name) => name !== undefined);
    for (const key of named === undefined ? idsOf(one.advisory) : [named]) {
      groups.set(key, [...(groups.get(key) ?? []), one]);
      if (cves.length <= 1) for (const name of [id, ...aliases]) byName.set(name, key);
    }
  }
  return groups;
};

const lowest = (versions: readonly string[], scheme: VersionScheme): string | undefined =>
  versions.toSorted((a, b) => scheme.compare(a, b))[0];

/** What of the known advisories holds for the component. */
const matchesOf = (component: Component, known: readonly Known[], scheme: VersionScheme): readonly Match[] => {
  const found = known.flatMap(({ advisory, affected }): readonly Found[] => {
    const interval = affectedBy(affected, component.version, scheme);
    return interval === undefined ? [] : [{ advisory, fixed: interval.fixed, severity: affected.severity ?? advisory.severity }];
  });
  return [...grouped(found)]
    .map(([id, all]): Match => {
      const fixed = lowest(
        all.flatMap((one) => one.fixed ?? []),
        scheme,
      );
      const severity = worst(all);
      const advisories = [...new Map(all.map((one) => [one.advisory.id, one.advisory])).values()];
      return { component, id, advisories, ...(fixed === undefined ? {} : { fixed }), ...(severity === undefined ? {} : { severity }) };
    })
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
};

/** Looks components up in a folder of advisories. Only the files that are asked for are opened. @throws INPUT_INVALID */
export const openMatcher = (folder: string, manifest: Manifest | undefined = readManifest(folder)): Matcher => {
  const open = new Map<string, OpenShard>();
  const shardOf = (ecosystem: string): OpenShard | undefined => {
    const entry = manifest?.shards[ecosystem];
    if (entry === undefined) return undefined;
    const known = open.get(ecosystem) ?? openShard(join(folder, entry.file));
    open.set(ecosystem, known);
    return known;
  };
  let exploited: ReadonlySet<string> | undefined;
  return {
    isExploited: (id) => {
      if (manifest?.exploited === undefined) return false;
      exploited ??= readExploited(join(folder, manifest.exploited.file));
      return exploited.has(id);
    },
    match: (component) => {
      const [shard, scheme] = [shardOf(component.ecosystem), schemeOf(component.ecosystem)];
      if (shard === undefined || scheme === undefined) return undefined;
      return matchesOf(component, shard.find(canonicalName(component.ecosystem, component.name)), scheme);
    },
    [Symbol.dispose]: () => {
      for (const shard of open.values()) shard[Symbol.dispose]();
    },
  };
};
