import { satisfies, validRange } from "semver";
import type { PackageType } from "../../inventory/index.ts";
import { gem } from "../versions/gem.ts";
import { pep440 } from "../versions/pep440.ts";

const SCHEMES = { gem, pypi: pep440 } as const;

const isSchemed = (type: PackageType): type is keyof typeof SCHEMES => Object.hasOwn(SCHEMES, type);

/** `~> 2.1` and `~=2.1` end before 3, those of 2.1.0 before 2.2 (guides.rubygems.org/patterns, PEP 440 "Compatible release"). */
const endOf = (version: string): string => {
  const numbers = version.split(".").flatMap((part) => /^\d+/.exec(part)?.[0] ?? []);
  const kept = numbers.slice(0, Math.max(1, numbers.length - 1));
  return [...kept.slice(0, -1), String(Number(kept.at(-1) ?? 0) + 1)].join(".");
};

/** Whether a range allows a version, as the ecosystem writes ranges; undefined where that cannot be told. */
export const allows = (type: PackageType, range: string, version: string): boolean | undefined => {
  if (type === "npm")
    return validRange(range) === null ? undefined : satisfies(version.replace(/^v/, ""), range, { includePrerelease: true });
  if (!isSchemed(type)) return undefined;
  const scheme = SCHEMES[type];
  let known = true;
  const every = range
    .split(",")
    .filter((one) => one.trim() !== "")
    .every((one) => {
      const [, sign = "", bound = ""] = /^\s*(===?|=|!=|~>|~=|>=|<=|>|<)\s*([\w.+!-]+)\s*$/.exec(one) ?? [];
      const order = scheme.compare(version, bound);
      switch (sign) {
        case ">=":
          return order >= 0;
        case "<=":
          return order <= 0;
        case ">":
          return order > 0;
        case "<":
          return order < 0;
        case "!=":
          return order !== 0;
        case "=":
        case "==":
        case "===":
          return order === 0;
        case "~>":
        case "~=":
          return order >= 0 && scheme.compare(version, endOf(bound)) < 0;
        default:
          // `==2.*` and what nobody has seen yet.
          known = false;
          return true;
      }
    });
  return known ? every : undefined;
};
