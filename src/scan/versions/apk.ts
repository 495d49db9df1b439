import { compareDigits, compareNaturally, compareText, digitsEnd, leadingNumbers, onceInARow, sign, type VersionScheme } from "./scheme.ts";

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

/** Longer words before those that they begin with. */
const WORDS = SUFFIXES.filter((word) => word !== "").toSorted((x, y) => y.length - x.length);

const parse = (text: string): ApkVersion => {
  const version = text.trim();
  const { numbers, end } = leadingNumbers(version);
  const code = version.charCodeAt(end);
  const letter = numbers.length > 0 && code >= 97 && code <= 122 ? version.charAt(end) : "";
  let at = end + letter.length;
  const suffixes: { rank: number; number: string }[] = [];
  while (version[at] === "_") {
    const from = at + 1;
    const word = WORDS.find((one) => version.startsWith(one, from));
    if (word === undefined) break;
    at = digitsEnd(version, from + word.length);
    suffixes.push({ rank: SUFFIXES.indexOf(word), number: version.slice(from + word.length, at) });
  }
  const commit = version[at] === "~" ? (/^~([0-9a-f]+)/.exec(version.slice(at))?.[1] ?? "") : "";
  if (commit !== "") at += 1 + commit.length;
  if (version.startsWith("-r", at) && digitsEnd(version, at + 2) === version.length)
    return { numbers, letter, suffixes, commit, revision: version.slice(at + 2), rest: "" };
  return { numbers, letter, suffixes, commit, revision: "", rest: version.slice(at) };
};

const parseFirst = onceInARow(parse);

/** From the second on, numbers with a leading zero are decimal places: compared as text. */
const compareNumbers = (a: readonly string[], b: readonly string[]): number => {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const left = a[index] ?? "";
    const right = b[index] ?? "";
    const decimal = index > 0 && (left.startsWith("0") || right.startsWith("0"));
    const order = decimal ? compareText(left, right) : compareDigits(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
};

const compareSuffixes = (a: ApkVersion["suffixes"], b: ApkVersion["suffixes"]): number => {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const left = a[index];
    const right = b[index];
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
    const left = parseFirst(a);
    const right = parse(b);
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
