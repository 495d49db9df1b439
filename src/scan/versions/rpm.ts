import { compareDigits, compareText, digitsEnd, isDigit, isLetter, onceInARow, sign, splitEpoch, type VersionScheme } from "./scheme.ts";

interface RpmVersion {
  readonly epoch: string;
  readonly version: string;
  readonly release: string | undefined;
}

const parse = (text: string): RpmVersion => {
  const { epoch, rest } = splitEpoch(text);
  const dash = rest.lastIndexOf("-");
  return dash < 0 ? { epoch, version: rest, release: undefined } : { epoch, version: rest.slice(0, dash), release: rest.slice(dash + 1) };
};

const parseFirst = onceInARow(parse);

const TILDE = 126;
const CARET = 94;

const isSeparator = (code: number): boolean => !isDigit(code) && !isLetter(code) && code !== TILDE && code !== CARET;

const separatorsEnd = (text: string, at: number): number => {
  let end = at;
  while (end < text.length && isSeparator(text.charCodeAt(end))) end += 1;
  return end;
};

const lettersEnd = (text: string, at: number): number => {
  let end = at;
  while (isLetter(text.charCodeAt(end))) end += 1;
  return end;
};

/** rpmvercmp (rpm rpmio/rpmvercmp.c): digits and letters in turn; `~` before the end, `^` behind it and before all else. */
export const rpmvercmp = (a: string, b: string): number => {
  let i = 0;
  let j = 0;
  for (;;) {
    i = separatorsEnd(a, i);
    j = separatorsEnd(b, j);
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(j);
    if (left === TILDE || right === TILDE) {
      if (left !== TILDE) return 1;
      if (right !== TILDE) return -1;
      i += 1;
      j += 1;
      continue;
    }
    if (left === CARET || right === CARET) {
      if (i === a.length) return -1;
      if (j === b.length) return 1;
      if (left !== CARET) return 1;
      if (right !== CARET) return -1;
      i += 1;
      j += 1;
      continue;
    }
    if (i === a.length || j === b.length) return Number(i < a.length) - Number(j < b.length);
    const digits = isDigit(left);
    // A number is newer than a word.
    if (digits ? !isDigit(right) : !isLetter(right)) return digits ? 1 : -1;
    const leftEnd = digits ? digitsEnd(a, i) : lettersEnd(a, i);
    const rightEnd = digits ? digitsEnd(b, j) : lettersEnd(b, j);
    const order = (digits ? compareDigits : compareText)(a.slice(i, leftEnd), b.slice(j, rightEnd));
    if (order !== 0) return sign(order);
    i = leftEnd;
    j = rightEnd;
  }
};

/** Red Hat and its kin, SUSE, Azure Linux: `[epoch:]version[-release]`. A missing epoch is 0 (rpmverCmp of librpm). */
export const rpm: VersionScheme = {
  name: "rpm",
  compare: (a, b) => {
    const left = parseFirst(a);
    const right = parse(b);
    const order = compareDigits(left.epoch, right.epoch) || rpmvercmp(left.version, right.version);
    if (order !== 0) return sign(order);
    // One without a release comes before all that have one (librpm, rpmverCmp).
    if (left.release === undefined || right.release === undefined)
      return Number(left.release !== undefined) - Number(right.release !== undefined);
    return rpmvercmp(left.release, right.release);
  },
  isVersion: (text) => /^(?:\d+:)?[A-Za-z0-9][A-Za-z0-9._+~^]*(?:-[A-Za-z0-9][A-Za-z0-9._+~^]*)?$/.test(text.trim()),
};
