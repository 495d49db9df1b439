import type { Finding } from "../checklist/index.ts";
import { applyEdits, type Edit, type FixedFile } from "../core/index.ts";

export interface FixResult {
  /** Files whose text changes. Nothing is written. */
  readonly files: readonly FixedFile[];
  /** Findings that are gone. */
  readonly fixed: readonly Finding[];
  /** Findings that have no fix, or whose fix was not taken. */
  readonly left: readonly Finding[];
}

/** Fixes may uncover others: a service's keys are moved, then the services. More rounds than this mean two rules that undo each other. */
const MAX_ROUNDS = 20;

type Texts = ReadonlyMap<string, string>;

const overlaps = (edit: Edit, taken: readonly Edit[]): boolean =>
  taken.some((one) => edit.offset <= one.offset + one.length && one.offset <= edit.offset + edit.length);

/** As many of the fixes as do not touch each other, in the order given. */
const choose = (findings: readonly Finding[], without: ReadonlySet<string>): readonly Finding[] => {
  const taken = new Map<string, Edit[]>();
  return findings.filter((finding) => {
    const { fix } = finding;
    if (fix === undefined || without.has(keyOf(finding))) return false;
    const before = taken.get(fix.path) ?? [];
    if (fix.edits.some((edit) => overlaps(edit, before))) return false;
    taken.set(fix.path, [...before, ...fix.edits]);
    return true;
  });
};

const keyOf = ({ rule, path, message }: Finding): string => `${rule} ${path} ${message}`;

const apply = (texts: Texts, findings: readonly Finding[]): Texts => {
  const edits = Map.groupBy(
    findings.flatMap(({ fix }) => (fix === undefined ? [] : fix.edits.map((edit) => ({ path: fix.path, edit })))),
    ({ path }) => path,
  );
  return new Map(
    [...texts].map(([path, text]) => [
      path,
      applyEdits(
        text,
        (edits.get(path) ?? []).map(({ edit }) => edit),
      ),
    ]),
  );
};

const counts = (findings: readonly Finding[]): ReadonlyMap<string, number> =>
  new Map([...Map.groupBy(findings, ({ rule }) => rule)].map(([rule, all]) => [rule, all.length]));

/** Whether a change made things better and nothing worse: fewer findings, and of no rule more. */
const isBetter = (before: readonly Finding[], after: readonly Finding[]): boolean => {
  const [old, now] = [counts(before), counts(after)];
  return after.length < before.length && [...now].every(([rule, count]) => count <= (old.get(rule) ?? 0));
};

/**
 * Mends what rules can mend, in memory: the fixes of findings are applied, the files are read and judged anew by `check`, and only what leaves fewer findings,
 * and of no rule more, is kept. What is ignored is no finding and is left alone.
 * @param texts the files as they are, by the paths that findings name them by
 */
export const applyFixes = async (texts: Texts, check: (texts: Texts) => Promise<readonly Finding[]>): Promise<FixResult> => {
  const first = await check(texts);
  let [now, findings] = [texts, first];
  const refused = new Set<string>();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const chosen = choose(findings, refused);
    const [only] = chosen;
    if (only === undefined) break;
    const together = await attempt(now, findings, chosen, check);
    // When one of several spoils it, they are tried alone.
    const taken = together ?? (chosen.length > 1 ? await attempt(now, findings, [only], check) : undefined);
    if (taken === undefined) refused.add(keyOf(only));
    else [now, findings] = [taken.texts, taken.findings];
  }
  const left = new Set(findings.map(keyOf));
  return {
    files: [...texts].flatMap(([path, before]) => {
      const after = now.get(path) ?? before;
      return after === before ? [] : [{ path, before, after }];
    }),
    fixed: first.filter((finding) => !left.has(keyOf(finding))),
    left: findings,
  };
};

const attempt = async (
  texts: Texts,
  findings: readonly Finding[],
  chosen: readonly Finding[],
  check: (texts: Texts) => Promise<readonly Finding[]>,
): Promise<{ readonly texts: Texts; readonly findings: readonly Finding[] } | undefined> => {
  const changed = apply(texts, chosen);
  const after = await check(changed);
  return isBetter(findings, after) ? { texts: changed, findings: after } : undefined;
};
