import { compareDigits, compareNaturally, compareText, sign, type VersionScheme } from "./scheme.ts";

/** In the order of apk-tools src/version.c: those before `none` come before the plain version, those after it after it. */
const SUFFIXES = ["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"] as const;

interface ApkVersion {
  readonly numbers: readonly string[];
  readonly letter: string;
  readonly suffixes: readonly { readonly rank: number; readonly number: string }[];
  readonly commit: string;
  /** Absent: as `-r0`. */
  readonly revision: string;
  /** What could not be read; nothing of a version that apk takes. */
  readonly rest: string;
}

const NONE = SUFFIXES.indexOf("");

const parse = (text: string): ApkVersion => {
  let rest = text.trim();
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const found = pattern.exec(rest) ?? undefined;
    if (found !== undefined) rest = rest.slice(found[0].length);
    return found;
  };
  const numbers = take(/^\d+(?:\.\d+)*/)?.[0].split(".") ?? [];
  const letter = numbers.length === 0 ? "" : (take(/^[a-z]/)?.[0] ?? "");
  const suffixes: { rank: number; number: string }[] = [];
  for (let found = take(/^_(alpha|beta|pre|rc|cvs|svn|git|hg|p)(\d*)/); found !== undefined;) {
    suffixes.push({ rank: (SUFFIXES as readonly string[]).indexOf(found[1] ?? ""), number: found[2] ?? "" });
    found = take(/^_(alpha|beta|pre|rc|cvs|svn|git|hg|p)(\d*)/);
  }
  const commit = take(/^~([0-9a-f]+)/)?.[1] ?? "";
  const revision = take(/^-r(\d*)$/)?.[1] ?? "";
  return { numbers, letter, suffixes, commit, revision, rest };
};

/** From the second on, numbers with a leading zero are decimal places: compared as text. */
const compareNumbers = (a: readonly string[], b: readonly string[]): number => {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [left = "", right = ""] = [a[index], b[index]];
    const decimal = index > 0 && (left.startsWith("0") || right.startsWith("0"));
    const order = decimal ? compareText(left, right) : compareDigits(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
};

const compareSuffixes = (a: ApkVersion["suffixes"], b: ApkVersion["suffixes"]): number => {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [left, right] = [a[index], b[index]];
    const order = (left?.rank ?? NONE) - (right?.rank ?? NONE) || compareDigits(left?.number ?? "", right?.number ?? "");
    if (order !== 0) return order;
  }
  return 0;
};

/** What cannot be read stands before what can. Revisions that are none are all as good; anything else goes by its numbers and words. */
const compareRests = (a: string, b: string): number => {
  if (a === "" || b === "") return Number(a === "") - Number(b === "");
  return a.startsWith("-") && b.startsWith("-") ? 0 : compareNaturally(a, b);
};

/** Alpine, Wolfi, Chainguard: `1.2.3a_rc4_p5~abcdef-r6` (apk-tools src/version.c; `apk version --check`). */
export const apk: VersionScheme = {
  name: "apk",
  compare: (a, b) => {
    const [left, right] = [parse(a), parse(b)];
    return sign(
      compareNumbers(left.numbers, right.numbers) ||
        compareText(left.letter, right.letter) ||
        compareSuffixes(left.suffixes, right.suffixes) ||
        compareText(left.commit, right.commit) ||
        compareDigits(left.revision, right.revision) ||
        compareRests(left.rest, right.rest),
    );
  },
  isVersion: (text) => {
    const { numbers, rest } = parse(text);
    return numbers.length > 0 && rest === "" && !text.trim().endsWith("-r");
  },
};
