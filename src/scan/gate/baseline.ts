import { isWorse } from "../advisories/severity.ts";
import { RATINGS, type Rating } from "../advisories/advisory.ts";
import { fullName, type GateVulnerability, idsOf } from "./subject.ts";

/** A debt that was there when the gate was set up. */
export interface BaselineEntry {
  readonly id: string;
  /** Type and name, without the version: a rebuild does not make it new. */
  readonly package: string;
  readonly severity: Rating | "unknown";
}

export interface Baseline {
  readonly entries: readonly BaselineEntry[];
}

const ratingOf = ({ severity }: GateVulnerability): BaselineEntry["severity"] => severity?.rating ?? "unknown";

/** `deb/openssl`, by the source where a distribution has one. */
export const packageKey = ({ name, packages }: GateVulnerability): string => {
  const [first] = packages;
  return `${first?.type ?? "generic"}/${first?.source === undefined ? (first === undefined ? name : fullName(first)) : first.source.name}`;
};

export const entryOf = (vulnerability: GateVulnerability): BaselineEntry => ({
  id: vulnerability.id,
  package: packageKey(vulnerability),
  severity: ratingOf(vulnerability),
});

const isKnown = (rating: BaselineEntry["severity"]): rating is Rating => RATINGS.some((one) => one === rating);

/** Looks debts up. Each that is asked for and found is marked: what is left is gone. */
export const baselineOf = ({ entries }: Baseline) => {
  const byKey = new Map(entries.map((entry) => [`${entry.package} ${entry.id.toUpperCase()}`, entry]));
  const seen = new Set<BaselineEntry>();
  return {
    /** `worse` where it was said to be less bad when it was accepted. */
    find: (vulnerability: GateVulnerability): { readonly entry: BaselineEntry; readonly worse: boolean } | undefined => {
      const [key, rating] = [packageKey(vulnerability), ratingOf(vulnerability)];
      const entry = [...idsOf(vulnerability)].map((id) => byKey.get(`${key} ${id}`)).find((one) => one !== undefined);
      if (entry === undefined) return undefined;
      seen.add(entry);
      return { entry, worse: isKnown(rating) && (!isKnown(entry.severity) || isWorse(rating, entry.severity)) };
    },
    gone: (): readonly BaselineEntry[] => entries.filter((entry) => !seen.has(entry)),
  };
};
