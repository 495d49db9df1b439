import semver from "semver";
import type { RetentionRule } from "./policy.ts";

/** A tag as retention looks at it. Times are milliseconds since the epoch. */
export interface RetainedTag {
  readonly tag: string;
  readonly digest: string;
  readonly movedAt: number;
  /** By this tag or by its digest; 0 when never. */
  readonly pulledAt: number;
  /** When an undo brought it back; 0 when none did. */
  readonly undoneAt: number;
}

export interface Verdict {
  readonly tag: string;
  readonly digest: string;
  readonly keep: boolean;
  /** Why it stays, or why nothing holds it. */
  readonly reason: string;
}

const DAY_MS = 86_400_000;
const span = (ms: number): string =>
  ms >= DAY_MS ? `${Math.floor(ms / DAY_MS)} d` : ms >= 3_600_000 ? `${Math.floor(ms / 3_600_000)} h` : `${Math.floor(ms / 60_000)} min`;

/** `v1.2.3` and `1.2.3_build` are versions as well. */
const versionOf = (tag: string): semver.SemVer | undefined => semver.parse(tag.replace(/^[vV]/, "").replace(/_.*$/, "")) ?? undefined;

const newest = (tags: readonly RetainedTag[], count: number): ReadonlySet<string> =>
  new Set(
    tags
      .toSorted((a, b) => b.movedAt - a.movedAt || (a.tag < b.tag ? 1 : -1))
      .slice(0, count)
      .map(({ tag }) => tag),
  );

const versionsKept = (tags: readonly RetainedTag[], { range, last }: NonNullable<RetentionRule["keepVersions"]>): ReadonlySet<string> => {
  const within = tags.flatMap(({ tag }) => {
    const version = versionOf(tag);
    return version !== undefined && semver.satisfies(version, range, { includePrerelease: true }) ? [{ tag, version }] : [];
  });
  const versions = [...new Map(within.map(({ version }) => [version.version, version])).values()].sort(semver.rcompare);
  const kept = new Set((last === undefined ? versions : versions.slice(0, last)).map(({ version }) => version));
  return new Set(within.filter(({ version }) => kept.has(version.version)).map(({ tag }) => tag));
};

/** What each tag of one rule becomes, all seen at one moment. */
const judge = (rule: RetentionRule, tags: readonly RetainedTag[], now: number): readonly Verdict[] => {
  const { keepLast, keepVersions, keepFor, keepPulledWithin } = rule;
  const last = keepLast === undefined ? new Set() : newest(tags, keepLast);
  const versions = keepVersions === undefined ? new Set() : versionsKept(tags, keepVersions);
  const words =
    keepVersions === undefined
      ? ""
      : `${keepVersions.last === undefined ? "" : `the ${keepVersions.last} highest of `}${keepVersions.range}`;
  return tags.map(({ tag, digest, movedAt, pulledAt }): Verdict => {
    const [age, idle] = [now - movedAt, now - pulledAt];
    const criteria = [
      { asked: keepLast !== undefined, holds: last.has(tag), yes: `among the last ${keepLast}`, no: `not among the last ${keepLast}` },
      { asked: keepVersions !== undefined, holds: versions.has(tag), yes: `a version of ${words}`, no: `no version of ${words}` },
      { asked: keepFor !== undefined, holds: age <= (keepFor ?? 0), yes: `moved ${span(age)} ago`, no: `moved ${span(age)} ago` },
      {
        asked: keepPulledWithin !== undefined,
        holds: pulledAt > 0 && idle <= (keepPulledWithin ?? 0),
        yes: `pulled ${span(idle)} ago`,
        no: pulledAt > 0 ? `pulled ${span(idle)} ago` : "never pulled",
      },
    ].filter(({ asked }) => asked);
    const held = criteria.find(({ holds }) => holds);
    const why = held?.yes ?? criteria.map(({ no }) => no).join(", ");
    return { tag, digest, keep: held !== undefined, reason: `${why} (rule for ${rule.patterns.join(", ")})` };
  });
};

/**
 * What becomes of a repository's tags. Pure: all rules see the same moment, of several the first that matches a tag decides, and a tag of which no rule
 * speaks stays.
 */
export const planRetention = (
  tags: readonly RetainedTag[],
  facts: {
    readonly rules: readonly RetentionRule[];
    /** Digests that are deployed, and indexes above them. */
    readonly deployed: ReadonlySet<string>;
    readonly follows: (tag: string) => string | undefined;
    /** What a person brought back is not taken away again for this long. */
    readonly undoneWithinMs: number;
    readonly now: number;
  },
): readonly Verdict[] => {
  const { rules, deployed, follows, undoneWithinMs, now } = facts;
  const groups = new Map<RetentionRule, RetainedTag[]>();
  const settled: Verdict[] = [];
  for (const one of tags) {
    const image = follows(one.tag);
    const rule = image === undefined ? rules.find((each) => each.matches(one.tag)) : undefined;
    if (image !== undefined) settled.push({ tag: one.tag, digest: one.digest, keep: true, reason: `goes with ${image}` });
    else if (rule === undefined) settled.push({ tag: one.tag, digest: one.digest, keep: true, reason: "no rule speaks of it" });
    else {
      const members = groups.get(rule);
      if (members === undefined) groups.set(rule, [one]);
      else members.push(one);
    }
  }
  const judged = [...groups].flatMap(([rule, members]) => judge(rule, members, now));
  const undone = new Set(tags.filter(({ undoneAt }) => undoneAt > now - undoneWithinMs).map(({ tag }) => tag));
  const all = judged.map((verdict): Verdict => {
    if (verdict.keep) return verdict;
    if (deployed.has(verdict.digest)) return { ...verdict, keep: true, reason: "deployed" };
    return undone.has(verdict.tag) ? { ...verdict, keep: true, reason: "brought back by an undo" } : verdict;
  });
  return [...settled, ...all].toSorted((a, b) => (a.tag < b.tag ? -1 : 1));
};

/** Why a plan is too much to carry out without asking; undefined when it is not. */
export const surpriseIn = (
  verdicts: readonly Verdict[],
  follows: (tag: string) => string | undefined,
  maxDropPercent: number,
): string | undefined => {
  const own = verdicts.filter(({ tag }) => follows(tag) === undefined);
  const dropped = own.filter(({ keep }) => !keep).length;
  if (dropped === 0) return undefined;
  if (dropped === own.length) return `it would drop all ${own.length} tags`;
  const percent = (100 * dropped) / own.length;
  return percent > maxDropPercent ? `it would drop ${dropped} of ${own.length} tags, more than ${maxDropPercent} %` : undefined;
};
