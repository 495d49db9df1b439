import type { Evidence, Verdict, VerdictState } from "./evidence.ts";
import type { ItemId } from "./items.ts";

/** What the gate demands of an item before a release may go on. */
export type Requirement = "proven" | "not-disproved" | "off";

/** `production` refuses what is disproved, unsigned or unscanned; `strict` also what was not tried; `dev` only reports. */
export const PROFILES = ["dev", "production", "strict"] as const;
export type Profile = (typeof PROFILES)[number];

/** A dated decision to live with a disproved or untried item. */
export interface Waiver {
  readonly item: ItemId;
  /** Only of this service. Absent: of the whole project. */
  readonly service?: string;
  /** ISO date; the waiver holds up to and including that day, in UTC. */
  readonly until: string;
  readonly by: string;
  readonly why: string;
}

export interface Policy {
  readonly profile: Profile;
  /** Overrides the profile for single items. */
  readonly require: Readonly<Partial<Record<ItemId, Requirement>>>;
  readonly waivers: readonly Waiver[];
}

export const DEFAULT_POLICY: Policy = { profile: "production", require: {}, waivers: [] };

/** Items that `production` wants proven, not merely undisproved, once their stage has run. */
const MUST_BE_PROVEN: ReadonlySet<ItemId> = new Set(["signed", "scanned"]);

export const requirementOf = (policy: Policy, item: ItemId): Requirement => {
  const explicit = policy.require[item];
  if (explicit !== undefined) return explicit;
  switch (policy.profile) {
    case "dev":
      return "off";
    case "strict":
      return "proven";
    case "production":
      return MUST_BE_PROVEN.has(item) ? "proven" : "not-disproved";
  }
};

export const waiverHolds = (waiver: Waiver, now: number): boolean => now < Date.parse(`${waiver.until}T00:00:00Z`) + 86_400_000;

/** The waiver of an item that holds: of the service, or of the whole project. */
export const waiverOf = (waivers: readonly Waiver[], item: ItemId, service: string | undefined, now: number): Waiver | undefined =>
  waivers.find((one) => one.item === item && (one.service === undefined || one.service === service) && waiverHolds(one, now));

/** Whether a state satisfies a requirement. */
export const satisfies = (state: VerdictState, requirement: Requirement): boolean => {
  if (requirement === "off" || state === "proven" || state === "waived") return true;
  return requirement === "not-disproved" && state === "not-tried";
};

/** What a gate said. An expected outcome, so a value. */
export interface GateResult {
  readonly passed: boolean;
  readonly refusals: readonly {
    readonly item: ItemId;
    readonly requirement: Requirement;
    readonly state: VerdictState;
    readonly verdict: Verdict;
    readonly evidence: readonly Evidence[];
  }[];
}
