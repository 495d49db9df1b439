import { compareNaturally, sign, type VersionScheme } from "./scheme.ts";
import { compareSemver } from "./semver.ts";

const buildOf = (text: string): string => /\+(.*)$/.exec(text.trim())?.[1] ?? "";

const compareBuilds = (a: string, b: string): number => {
  if (a === "" || b === "") return Number(a !== "") - Number(b !== "");
  const [left, right] = [a.split("."), b.split(".")];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const order = compareNaturally(left[index] ?? "", right[index] ?? "");
    if (order !== 0) return order;
  }
  return left.length - right.length;
};

/** Dart packages: SemVer, where build metadata comes after what has none (dart.dev/tools/pub/versioning). */
export const pub: VersionScheme = {
  name: "Pub",
  compare: (a, b) => compareSemver(a, b) || sign(compareBuilds(buildOf(a), buildOf(b))),
  isVersion: (text) => /^\d+\.\d+\.\d+(?:-[0-9A-Za-z-.]+)?(?:\+[0-9A-Za-z-.]+)?$/.test(text.trim()),
};
