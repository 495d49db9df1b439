import { compareDigits, compareLists, compareText, onceInARow, sign, type VersionScheme } from "./scheme.ts";

/** PEP 440, appendix B, with the spellings that normalisation takes. */
const VERSION =
  /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)(?:[-_.]?(?<preWord>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<pre>\d*))?(?:-(?<implicitPost>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?<post>\d*))?(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>\d*))?(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;

const PRE: Readonly<Record<string, number>> = { alpha: 1, a: 1, beta: 2, b: 2, preview: 3, pre: 3, c: 3, rc: 3 };

interface Pep440 {
  readonly epoch: string;
  readonly release: readonly string[];
  /** 0: a developmental release of what has neither; 4: none. */
  readonly preRank: number;
  readonly pre: string;
  /** Absent: not a post-release. */
  readonly post: string | undefined;
  /** Absent: not a developmental release. */
  readonly dev: string | undefined;
  readonly local: readonly string[];
}

const parse = (text: string): Pep440 | undefined => {
  const groups = VERSION.exec(text.trim().toLowerCase())?.groups;
  if (groups === undefined) return undefined;
  const { epoch = "0", release = "", preWord, pre = "", implicitPost, post, dev, devNumber = "", local } = groups;
  const postNumber = implicitPost ?? post;
  const devOnly = dev !== undefined && preWord === undefined && postNumber === undefined;
  return {
    epoch,
    release: release.split("."),
    preRank: devOnly ? 0 : preWord === undefined ? 4 : (PRE[preWord] ?? 4),
    pre: pre || "0",
    post: postNumber === undefined ? undefined : postNumber || "0",
    dev: dev === undefined ? undefined : devNumber || "0",
    local: local?.split(/[-_.]/) ?? [],
  };
};

const compareOptional = (a: string | undefined, b: string | undefined, missing: number): number => {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? missing : -missing;
  return compareDigits(a, b);
};

/** Numbers after words, and a longer one after the shorter one that it begins with. */
const compareLocals = (a: readonly string[], b: readonly string[]): number => {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [left = "", right = ""] = [a[index], b[index]];
    const [leftNumber, rightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    const order = leftNumber === rightNumber ? (leftNumber ? compareDigits(left, right) : compareText(left, right)) : leftNumber ? 1 : -1;
    if (order !== 0) return order;
  }
  return a.length - b.length;
};

const compareParsed = (a: Pep440, b: Pep440): number =>
  compareDigits(a.epoch, b.epoch) ||
  compareLists(a.release, b.release, compareDigits, "0") ||
  a.preRank - b.preRank ||
  compareDigits(a.pre, b.pre) ||
  compareOptional(a.post, b.post, -1) ||
  compareOptional(a.dev, b.dev, 1) ||
  compareLocals(a.local, b.local);

/** What is no version to PEP 440 comes before all that are, and among its own numbers come after words. */
const legacyParts = (text: string): readonly string[] => text.toLowerCase().match(/\d+|[a-z]+|-/g) ?? [];

const compareLegacy = (a: string, b: string): number =>
  compareLists(
    legacyParts(a),
    legacyParts(b),
    (left, right) => {
      const [leftNumber, rightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
      if (leftNumber !== rightNumber) return leftNumber ? 1 : -1;
      return leftNumber ? compareDigits(left, right) : compareText(left, right);
    },
    "",
  );

const parseFirst = onceInARow(parse);

/** Python packages (PEP 440, packaging.python.org/specifications/version-specifiers). */
export const pep440: VersionScheme = {
  name: "PEP 440",
  compare: (a, b) => {
    const left = parseFirst(a);
    const right = parse(b);
    if (left !== undefined && right !== undefined) return sign(compareParsed(left, right));
    if (left === undefined && right === undefined) return sign(compareLegacy(a, b));
    return left === undefined ? -1 : 1;
  },
  isVersion: (text) => parse(text) !== undefined,
};
