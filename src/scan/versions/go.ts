import { compareSemver, semver } from "./semver.ts";
import type { VersionScheme } from "./scheme.ts";

/** The tool chain's own: `go1.21rc2` is the SemVer `1.21.0-rc.2` (go.dev/doc/toolchain, "Go versions"). */
const asSemver = (text: string): string => {
  const trimmed = text.trim();
  if (!trimmed.startsWith("go")) return text;
  const [, numbers, word, count] = /^go(\d+(?:\.\d+)*)(?:(rc|beta|alpha)(\d+))?$/.exec(trimmed.replace(/[\s-].*$/, "")) ?? [];
  if (numbers === undefined) return text;
  return word === undefined ? numbers : `${numbers}-${word}.${count}`;
};

/** Go modules: SemVer with `v` in front, pseudo-versions and `+incompatible` included (go.dev/ref/mod, "Versions"), and Go's own releases. */
export const go: VersionScheme = {
  name: "Go",
  compare: (a, b) => compareSemver(asSemver(a), asSemver(b)),
  isVersion: (text) => /^go\d/.test(text.trim()) || semver.isVersion(text),
};
