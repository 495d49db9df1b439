import type { FoundPackage, Inventory } from "../inventory/index.ts";
import { isDistribution } from "./advisories/ecosystem.ts";
import { componentOf } from "./components.ts";
import { type EndOfLife, endOfLifeOf } from "./end-of-life/end-of-life.ts";
import { SHIPPED_DATE, shippedProducts } from "./end-of-life/shipped.ts";
import type { Match, Matcher } from "./match.ts";
import { worstFirst } from "./order.ts";

/** One vulnerability and the packages that have it. */
export interface Vulnerability extends Omit<Match, "component"> {
  /** Of one source, or one package in several places. */
  readonly packages: readonly FoundPackage[];
  /** As the advisories name it, and in its version. */
  readonly name: string;
  readonly version: string;
  /** Whose advisories judged it, as OSV names them: `npm`, `Debian:12`. */
  readonly ecosystem: string;
}

export interface ScanResult {
  /** The worst first. */
  readonly vulnerabilities: readonly Vulnerability[];
  /** Packages that advisories were looked up for. */
  readonly judged: number;
  /** Whose advisories were asked, in order: `Debian:12`, `npm`. */
  readonly ecosystems: readonly string[];
  /** Distributions and runtimes whose makers mend them no more. */
  readonly endOfLife: readonly EndOfLife[];
  /** Day of the built-in list that says so; absent where the database has one of its own. */
  readonly endOfLifeAsOf?: string;
  /** What could not be judged, a sentence each. */
  readonly blindSpots: readonly string[];
}

const byCode = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** Judges what is in an image by the advisories at hand. `now` in milliseconds since the epoch. */
export const scan = (
  inventory: Inventory,
  matcher: Pick<Matcher, "match"> & Partial<Pick<Matcher, "products">>,
  now = Date.now(),
): ScanResult => {
  const { packages, distribution, blindSpots } = inventory;
  const products = matcher.products?.();
  const endOfLife = endOfLifeOf(inventory, products ?? shippedProducts(), now);
  /** Nobody looks after its packages any more, so what has no fix gets none. */
  const isAbandoned = endOfLife.some(({ subject, state }) => subject === "distribution" && state === "ended");
  const found = new Map<string, Vulnerability>();
  const unknown = new Map<string, number>();
  const asked = new Set<string>();
  let judged = 0;
  const unjudged = (ecosystem: string, because = "the database has no advisories for it"): void => {
    const key = `${ecosystem} not judged: ${because}`;
    unknown.set(key, (unknown.get(key) ?? 0) + 1);
  };
  for (const one of packages) {
    if (one.ownedBy !== undefined || one.own === true) continue;
    const component = componentOf(one, distribution);
    if (component === undefined) {
      if (one.type !== "deb" && one.type !== "apk" && one.type !== "rpm") unjudged(one.type);
      else unjudged(distribution?.name ?? one.type, "nobody publishes advisories of it in OSV's form, or not of this release");
      continue;
    }
    const matches = matcher.match(component);
    if (matches === undefined) {
      unjudged(component.ecosystem);
      continue;
    }
    judged += 1;
    asked.add(component.ecosystem);
    for (const { component: of, ...match } of matches) {
      const key = JSON.stringify([of, match.id]);
      const before = found.get(key);
      found.set(key, {
        ...match,
        ...(isAbandoned && isDistribution(of.ecosystem) && match.state === "unfixed" ? { state: "end-of-life" } : {}),
        name: of.name,
        version: of.version,
        ecosystem: of.ecosystem,
        packages: [...(before?.packages ?? []), one],
      });
    }
  }
  return {
    vulnerabilities: [...found.values()].toSorted(worstFirst),
    judged,
    ecosystems: [...asked].toSorted(byCode),
    endOfLife,
    ...(products === undefined ? { endOfLifeAsOf: SHIPPED_DATE } : {}),
    blindSpots: [...blindSpots, ...[...unknown].map(([words, count]) => `${plural(count, "package")} of ${words}`)],
  };
};
