import { compareSemver, semver } from "./semver.ts";
import type { VersionScheme } from "./scheme.ts";

/** Bitnami's revision of an image says nothing of the product in it. */
const withoutRevision = (text: string): string => text.trim().replace(/-\d+$/, "");

/** Bitnami and binaries that were found by their patterns: the product's own version. */
export const bitnami: VersionScheme = {
  name: "Bitnami",
  compare: (a, b) => compareSemver(withoutRevision(a), withoutRevision(b)),
  isVersion: (text) => semver.isVersion(withoutRevision(text)),
};
