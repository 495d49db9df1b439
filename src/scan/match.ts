import { join } from "node:path";
import type { Advisory, FixState, Severity } from "./advisories/advisory.ts";
import { affectedBy } from "./advisories/intervals.ts";
import { canonicalName } from "./advisories/names.ts";
import { type Products, readEndOfLife } from "./database/endoflife.ts";
import { type Epss, openEpss } from "./database/epss.ts";
import { type Exploitation, readExploited } from "./database/exploited.ts";
import { type Manifest, readManifest } from "./database/manifest.ts";
import { openSeverities } from "./database/severities.ts";
import type { Known } from "./database/packed.ts";
import { type OpenShard, openShard } from "./database/shard.ts";
import { broken } from "./database/table.ts";
import { type Answer, extendedStreams, withExtended } from "./extended.ts";
import { isOtherStream } from "./modules.ts";
import { distinct, type Found, grouped, idsOf, isSame, type Said, saidBy, statedBy } from "./said.ts";
import { schemeOf } from "./versions/ecosystems.ts";
import type { VersionScheme } from "./versions/scheme.ts";

/** What advisories are looked up for: of a distribution's package its source, with the source's version. */
export interface Component {
  /** As OSV names it, with the release of a distribution: `npm`, `Debian:12`. */
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  /** Of Enterprise Linux: the module that brought it, with its stream. */
  readonly module?: string;
}

/** A severity and who states it. */
export interface StatedSeverity extends Severity {
  /** Id of the advisory; absent in a report of another tool that does not tell. */
  readonly source?: string;
}

/** One vulnerability of one component, however many advisories tell of it. */
export interface Match {
  readonly component: Component;
  /** The CVE, else the first advisory's own id. */
  readonly id: string;
  readonly advisories: readonly Advisory[];
  /** What becomes of it. `fixed` where a version mends it, which `fixed` then names. */
  readonly state: FixState;
  /** The lowest version that all advisories call mended; absent: there is none. */
  readonly fixed?: string;
  /** Where the release itself has no fix and a stream of updates beside it has one, which not everybody gets (extended.ts): `state` is `extended`. */
  readonly extended?: { readonly stream: string; readonly fixed: string };
  /** The worst that the matched advisories say first of all; where they say nothing, what others say of the CVE. */
  readonly severity?: StatedSeverity;
  /** All that the matched advisories say; where none of them has a vector, then those of others. */
  readonly severities: readonly StatedSeverity[];
  /** Known to be exploited, by CISA's catalogue. */
  readonly exploited?: true;
  readonly kev?: Exploitation;
  /** How likely it is to be exploited within thirty days (first.org/epss). */
  readonly epss?: Epss;
}

export interface Matcher extends Disposable {
  /** Undefined: there is no source of advisories for its ecosystem. */
  match(component: Component): readonly Match[] | undefined;
  /** When releases end, as the database knows it; undefined where it does not. */
  products(): Products | undefined;
}

/** What is known of CVEs beside the advisories that match. */
interface Lore {
  exploitation(id: string): Exploitation | undefined;
  epss(id: string): Epss | undefined;
  severities(id: string): readonly StatedSeverity[];
}

/** What of the known advisories holds for the component. */
const matchesOf = (
  component: Component,
  known: readonly Known[],
  { shard, scheme, lore }: { readonly shard: Pick<OpenShard, "advisory">; readonly scheme: VersionScheme; readonly lore: Lore },
): readonly Match[] => {
  const found: Found[] = [];
  for (const { n, affected } of known) {
    const interval = affectedBy(affected, component.version, scheme);
    if (interval === undefined) continue;
    const [advisory, { fixed }] = [shard.advisory(n), interval];
    if (!isOtherStream(component, { fixed, summary: advisory.summary }))
      found.push({ advisory, affected, fixed, stated: statedBy(advisory, affected) });
  }
  /** Of the last group: an advisory of a distribution mends several CVEs, which then have all but the CVE in common. */
  let last: { readonly all: readonly Found[]; readonly said: Said } | undefined;
  return [...grouped(found)]
    .map(([id, all]): Match => {
      if (last === undefined || !isSame(last.all, all)) last = { all, said: saidBy(all, scheme) };
      const { said } = last;
      // Whoever has a vector of his own needs nobody else's.
      const others = said.hasVector ? [] : lore.severities(id).filter(({ source }) => all.every(({ advisory }) => advisory.id !== source));
      const [severity = others[0], kev, epss] = [said.severity, lore.exploitation(id), lore.epss(id)];
      return {
        component,
        id,
        advisories: said.advisories,
        state: said.state,
        severities: others.length === 0 ? said.severities : distinct([...said.severities, ...others]),
        ...(said.fixed === undefined ? {} : { fixed: said.fixed }),
        ...(severity === undefined ? {} : { severity }),
        ...(kev === undefined ? {} : { exploited: true, kev }),
        ...(epss === undefined ? {} : { epss }),
      };
    })
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
};

/** Asked once for each key: one CVE is in many packages. */
const remembered = <T>(find: (key: string) => T): ((key: string) => T) => {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? find(key);
    known.set(key, value);
    return value;
  };
};

/** Opened when first asked. */
const late = <T>(open: () => T): (() => T) & { readonly opened: () => T | undefined } => {
  let value: T | undefined;
  return Object.assign(() => (value ??= open()), { opened: () => value });
};

/** Looks components up in a folder of advisories. Only the files that are asked for are opened. @throws INPUT_INVALID */
export const openMatcher = (folder: string, manifest: Manifest | undefined = readManifest(folder)): Matcher => {
  const open = new Map<string, OpenShard>();
  const shardPath = (ecosystem: string): string => join(folder, manifest?.shards[ecosystem]?.file ?? "");
  const shardOf = (ecosystem: string): OpenShard | undefined => {
    if (manifest?.shards[ecosystem] === undefined) return undefined;
    const known = open.get(ecosystem) ?? openShard(shardPath(ecosystem));
    open.set(ecosystem, known);
    return known;
  };
  const { exploited, epss, severities, endoflife } = manifest ?? {};
  const kevs = late(() => (exploited === undefined ? new Map<string, Exploitation>() : readExploited(join(folder, exploited.file))));
  const scores = late(() => (epss === undefined ? undefined : openEpss(join(folder, epss.file))));
  const others = late(() => (severities === undefined ? undefined : openSeverities(join(folder, severities.file))));
  const lore: Lore = {
    exploitation: (id) => kevs().get(id),
    epss: remembered((id) => scores()?.find(id)),
    severities: remembered((id) => others()?.find(id) ?? []),
  };
  const answerOf = (component: Component, ecosystem: string): Answer | undefined => {
    const [shard, scheme] = [shardOf(ecosystem), schemeOf(ecosystem)];
    if (shard === undefined || scheme === undefined) return undefined;
    try {
      const known = shard.find(canonicalName(ecosystem, component.name));
      const told = late(() => new Set(known.flatMap(({ n }) => idsOf(shard.advisory(n)))));
      return { matches: matchesOf(component, known, { shard, scheme, lore }), told };
    } catch (error) {
      // Rows of other shapes than this code writes: an import checks digests and tables, and a row is read only when it is asked for.
      if (error instanceof TypeError || error instanceof SyntaxError) throw broken(shardPath(ecosystem), error);
      throw error;
    }
  };
  return {
    match: (component) => {
      const base = answerOf(component, component.ecosystem);
      const streams = extendedStreams(component).flatMap((stream) => {
        const answer = answerOf(component, stream.ecosystem);
        return answer === undefined ? [] : [{ ...answer, ...stream }];
      });
      if (streams.length === 0) return base?.matches;
      return withExtended(base ?? { matches: [], told: () => new Set() }, streams);
    },
    products: () => (endoflife === undefined ? undefined : readEndOfLife(join(folder, endoflife.file))),
    [Symbol.dispose]: () => {
      for (const shard of [...open.values(), scores.opened(), others.opened()]) shard?.[Symbol.dispose]();
    },
  };
};
