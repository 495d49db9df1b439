import { compareDigits, compareText, sign, type VersionScheme } from "./scheme.ts";

interface RpmVersion {
  readonly epoch: string;
  readonly version: string;
  readonly release: string | undefined;
}

const parse = (text: string): RpmVersion => {
  const [, epoch = "", rest = ""] = /^(?:(\d*):)?(.*)$/s.exec(text.trim()) ?? [];
  const dash = rest.lastIndexOf("-");
  const [version, release] = dash < 0 ? [rest, undefined] : [rest.slice(0, dash), rest.slice(dash + 1)];
  return { epoch: epoch === "" ? "0" : epoch, version, release };
};

const SEPARATORS = /^[^A-Za-z0-9~^]+/;

/** rpmvercmp (rpm rpmio/rpmvercmp.c): digits and letters in turn; `~` before the end, `^` behind it and before all else. */
export const rpmvercmp = (a: string, b: string): number => {
  let [left, right] = [a, b];
  while (left !== "" || right !== "") {
    left = left.replace(SEPARATORS, "");
    right = right.replace(SEPARATORS, "");
    if (left.startsWith("~") || right.startsWith("~")) {
      if (!left.startsWith("~")) return 1;
      if (!right.startsWith("~")) return -1;
      [left, right] = [left.slice(1), right.slice(1)];
      continue;
    }
    if (left.startsWith("^") || right.startsWith("^")) {
      if (left === "") return -1;
      if (right === "") return 1;
      if (!left.startsWith("^")) return 1;
      if (!right.startsWith("^")) return -1;
      [left, right] = [left.slice(1), right.slice(1)];
      continue;
    }
    if (left === "" || right === "") break;
    const digits = /^\d/.test(left);
    const segment = digits ? /^\d+/ : /^[A-Za-z]+/;
    const [one = "", other = ""] = [segment.exec(left)?.[0], segment.exec(right)?.[0]];
    // A number is newer than a word.
    if (other === "") return digits ? 1 : -1;
    const order = digits ? compareDigits(one, other) : compareText(one, other);
    if (order !== 0) return sign(order);
    [left, right] = [left.slice(one.length), right.slice(other.length)];
  }
  return Number(left !== "") - Number(right !== "");
};

/** Red Hat and its kin, SUSE, Azure Linux: `[epoch:]version[-release]`. A missing epoch is 0 (rpmverCmp of librpm). */
export const rpm: VersionScheme = {
  name: "rpm",
  compare: (a, b) => {
    const [left, right] = [parse(a), parse(b)];
    const order = compareDigits(left.epoch, right.epoch) || rpmvercmp(left.version, right.version);
    if (order !== 0) return sign(order);
    // One without a release comes before all that have one (librpm, rpmverCmp).
    if (left.release === undefined || right.release === undefined)
      return Number(left.release !== undefined) - Number(right.release !== undefined);
    return rpmvercmp(left.release, right.release);
  },
  isVersion: (text) => /^(?:\d+:)?[A-Za-z0-9][A-Za-z0-9._+~^]*(?:-[A-Za-z0-9][A-Za-z0-9._+~^]*)?$/.test(text.trim()),
};
