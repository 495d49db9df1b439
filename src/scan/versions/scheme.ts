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

/** Numbers of any length, as their digits stand: leading zeros count for nothing. */
export const compareDigits = (a: string, b: string): number => {
  const [left, right] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return left.length === right.length ? compareText(left, right) : left.length - right.length;
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
