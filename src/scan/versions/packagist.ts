import { compareDigits, compareText, sign, type VersionScheme } from "./scheme.ts";

/** php.net/version_compare: any other word, dev, alpha, beta, RC, numbers, pl. */
const WORDS: readonly (readonly [RegExp, number])[] = [
  [/^dev/, 0],
  [/^a(?:lpha)?$|^alpha/, 1],
  [/^b(?:eta)?$|^beta/, 2],
  [/^rc|^c$/i, 3],
  [/^#$/, 4],
  [/^p(?:l)?$|^pl/, 5],
];

const rankOf = (part: string): number => {
  if (/^\d+$/.test(part)) return 4;
  return WORDS.find(([pattern]) => pattern.test(part))?.[1] ?? -1;
};

const BRANCH = "9999999";

/** Composer makes four numbers of every version before it compares (composer/semver src/VersionParser.php, `normalize`). */
const partsOf = (text: string): readonly string[] => {
  const plain = text
    .trim()
    .replace(/^v(?=\d)/i, "")
    .toLowerCase()
    // A branch of releases is behind all of them (`normalizeBranch`).
    .replace(/^(\d+(?:\.\d+){0,2})\.[x*]-dev$/, (_, numbers: string) =>
      [...numbers.split("."), BRANCH, BRANCH, BRANCH].slice(0, 4).join(".").concat("-dev"),
    );
  const numbers = /^\d+(?:\.\d+)*/.exec(plain)?.[0] ?? "";
  const padded = numbers === "" ? [] : [...numbers.split("."), "0", "0", "0"].slice(0, Math.max(4, numbers.split(".").length));
  return [
    ...padded,
    ...(plain
      .slice(numbers.length)
      .replaceAll(/[-_+]/g, ".")
      .match(/\d+|[^\d.]+/g) ?? []),
  ];
};

const compareParts = (a: string, b: string): number => {
  if (/^\d+$/.test(a) && /^\d+$/.test(b)) return compareDigits(a, b);
  return rankOf(a) - rankOf(b) || (rankOf(a) === -1 ? compareText(a, b) : 0);
};

/** What stands where a version has ended: before it come words of unfinished ones, after it numbers and patches. */
const END: readonly string[] = ["#"];

const compareAll = (a: readonly string[], b: readonly string[]): number => {
  const common = Math.min(a.length, b.length);
  for (let index = 0; index < common; index += 1) {
    const order = compareParts(a[index] ?? "", b[index] ?? "");
    if (order !== 0) return order;
  }
  if (a.length === b.length) return 0;
  if (a.length < b.length) return -compareAll(b, a);
  const rest = a.slice(common);
  return /^\d/.test(rest[0] ?? "") ? 1 : compareAll(rest, END);
};

/** PHP packages: version_compare of PHP, which Composer builds on. */
export const packagist: VersionScheme = {
  name: "Packagist",
  compare: (a, b) => sign(compareAll(partsOf(a), partsOf(b))),
  isVersion: (text) => /^v?\d+(?:\.\d+)*(?:[._-]?(?:dev|a(?:lpha)?|b(?:eta)?|rc|p(?:l|atch)?|stable)\.?\d*)*(?:\+\S+)?$/i.test(text.trim()),
};
