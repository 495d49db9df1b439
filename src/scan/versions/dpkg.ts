import { compareDigits, digitsEnd, isDigit, isLetter, onceInARow, sign, splitEpoch, type VersionScheme } from "./scheme.ts";

interface DpkgVersion {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

const parse = (text: string): DpkgVersion => {
  const { epoch, rest } = splitEpoch(text);
  const dash = rest.lastIndexOf("-");
  return dash < 0 ? { epoch, upstream: rest, revision: "" } : { epoch, upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) };
};

const parseFirst = onceInARow(parse);

const TILDE = 126;

/** Of a character's code, NaN behind the end: `~` sorts before the end, letters before everything else. */
const weight = (code: number): number => {
  if (Number.isNaN(code) || isDigit(code)) return 0;
  if (code === TILDE) return -1;
  return isLetter(code) ? code : code + 256;
};

const compareParts = (a: string, b: string): number => {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a.charCodeAt(i))) || (j < b.length && !isDigit(b.charCodeAt(j)))) {
      const order = weight(a.charCodeAt(i)) - weight(b.charCodeAt(j));
      if (order !== 0) return order;
      i += 1;
      j += 1;
    }
    const leftEnd = digitsEnd(a, i);
    const rightEnd = digitsEnd(b, j);
    const order = compareDigits(a.slice(i, leftEnd), b.slice(j, rightEnd));
    if (order !== 0) return order;
    i = leftEnd;
    j = rightEnd;
  }
  return 0;
};

/** Debian and Ubuntu: `[epoch:]upstream[-revision]` (Debian Policy 5.6.12, dpkg lib/dpkg/version.c). */
export const dpkg: VersionScheme = {
  name: "dpkg",
  compare: (a, b) => {
    const left = parseFirst(a);
    const right = parse(b);
    return sign(
      compareDigits(left.epoch, right.epoch) || compareParts(left.upstream, right.upstream) || compareParts(left.revision, right.revision),
    );
  },
  isVersion: (text) => {
    const [, epoch, rest] = /^(?:([^:]*):)?(.*)$/s.exec(text.trim()) ?? [];
    const { upstream, revision } = parse(rest ?? "");
    return (
      (epoch === undefined || (/^\d+$/.test(epoch) && Number(epoch) <= 2_147_483_647)) &&
      /^\d[A-Za-z0-9.+~:-]*$/.test(upstream) &&
      /^[A-Za-z0-9.+~]*$/.test(revision) &&
      !(rest ?? "").endsWith("-")
    );
  },
};
