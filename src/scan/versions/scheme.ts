/** How one ecosystem orders its versions. */
export interface VersionScheme {
  /** As it stands in messages and as OSV calls it where it has a name there. */
  readonly name: string;
  /** Below zero when `a` comes before `b`, above zero when after it, 0 when they are one version. Never throws: any text has its place. */
  compare(a: string, b: string): number;
  /** Whether the ecosystem itself would take it for a version. */
  isVersion(text: string): boolean;
}

/** -1, 0 or 1. */
export const sign = (value: number): number => Math.sign(value);

const ZERO = 48;
const NINE = 57;

/** Of a character's code; NaN, behind the end, is none. */
export const isDigit = (code: number): boolean => code >= ZERO && code <= NINE;

/** Of ASCII. */
export const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);

/** Where the digits that begin at `at` end. */
export const digitsEnd = (text: string, at: number): number => {
  let end = at;
  while (isDigit(text.charCodeAt(end))) end += 1;
  return end;
};

/** Numbers between dots at the beginning of a text, and where they end. */
export const leadingNumbers = (text: string): { readonly numbers: readonly string[]; readonly end: number } => {
  const numbers: string[] = [];
  let end = 0;
  for (let start = 0, next = digitsEnd(text, 0); next > start; next = digitsEnd(text, start)) {
    numbers.push(text.slice(start, next));
    end = next;
    if (text[end] !== ".") break;
    start = end + 1;
  }
  return { numbers, end };
};

/** Reads a text once as long as no other comes between: the installed version is held against every advisory of its package. */
export const onceInARow = <T>(read: (text: string) => T): ((text: string) => T) => {
  let last: { readonly text: string; readonly value: T } | undefined;
  return (text) => {
    if (last === undefined || last.text !== text) last = { text, value: read(text) };
    return last.value;
  };
};

const withoutZeros = (text: string): string => {
  let at = 0;
  while (text.charCodeAt(at) === ZERO) at += 1;
  return at === 0 ? text : text.slice(at);
};

/** Numbers of any length, as their digits stand: leading zeros count for nothing. */
export const compareDigits = (a: string, b: string): number => {
  const left = withoutZeros(a);
  const right = withoutZeros(b);
  return left.length === right.length ? compareText(left, right) : left.length - right.length;
};

/** What stands before the first colon, where that is a number or nothing: of Debian's versions and of rpm's. */
export const splitEpoch = (text: string): { readonly epoch: string; readonly rest: string } => {
  const trimmed = text.trim();
  const end = digitsEnd(trimmed, 0);
  return trimmed[end] === ":" ? { epoch: trimmed.slice(0, end), rest: trimmed.slice(end + 1) } : { epoch: "", rest: trimmed };
};

/** By code units: the same on every machine. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The first difference of two lists; what the shorter one lacks is `missing`. */
export const compareLists = <T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number, missing: T): number => {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const order = compare(a[index] ?? missing, b[index] ?? missing);
    if (order !== 0) return order;
  }
  return 0;
};

/** Runs of digits by their value, all else by code units. */
export const compareNaturally = (a: string, b: string): number => {
  const runs = (text: string): readonly string[] => text.match(/\d+|\D+/g) ?? [];
  return compareLists(
    runs(a),
    runs(b),
    (left, right) => (/^\d/.test(left) && /^\d/.test(right) ? compareDigits(left, right) : compareText(left, right)),
    "",
  );
};
