import { compareDigits, compareLists, compareText, isDigit, leadingNumbers, onceInARow, sign, type VersionScheme } from "./scheme.ts";

const isNumber = (text: string): boolean => /^\d+$/.test(text);

/** Numbers before words, numbers by their value (SemVer 2.0.0, 11.4). */
const compareIdentifiers = (a: string, b: string): number => {
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  return isNumber(a) ? compareDigits(a, b) : compareText(a, b);
};

const comparePrereleases = (a: string, b: string): number => {
  // One with a prerelease comes before the one without (11.3).
  if (a === "" || b === "") return Number(a === "") - Number(b === "");
  const [left, right] = [a.split("."), b.split(".")];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const order = compareIdentifiers(left[index] ?? "", right[index] ?? "");
    if (order !== 0) return order;
  }
  return left.length - right.length;
};

interface Read {
  readonly numbers: readonly string[];
  readonly prerelease: string;
}

/** As people write them: `v` in front, as many numbers as they like, the prerelease with or without its dash; build metadata counts for nothing. */
const parse = (text: string): Read => {
  const trimmed = text.trim();
  const written = isDigit(trimmed.charCodeAt(0)) ? trimmed : trimmed.replace(/^[vV=\s]+/, "");
  const build = written.indexOf("+");
  const plain = build < 0 ? written : written.slice(0, build);
  const { numbers, end } = leadingNumbers(plain);
  const rest = plain.slice(end);
  return { numbers, prerelease: rest.startsWith("-") || rest.startsWith(".") ? rest.slice(1) : rest };
};

const parseFirst = onceInARow(parse);

export const compareSemver = (a: string, b: string): number => {
  const left = parseFirst(a);
  const right = parse(b);
  return sign(compareLists(left.numbers, right.numbers, compareDigits, "0") || comparePrereleases(left.prerelease, right.prerelease));
};

const STRICT =
  /^v?(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** npm, crates.io, Swift and others: Semantic Versioning 2.0.0 (semver.org), and what looks like it. */
export const semver: VersionScheme = { name: "SemVer", compare: compareSemver, isVersion: (text) => STRICT.test(text.trim()) };
