import { compareSemver } from "./semver.ts";
import type { VersionScheme } from "./scheme.ts";

/** NuGet: SemVer with a fourth number, without regard to case (learn.microsoft.com/nuget/concepts/package-versioning). */
export const nuget: VersionScheme = {
  name: "NuGet",
  compare: (a, b) => compareSemver(a.toLowerCase(), b.toLowerCase()),
  isVersion: (text) => /^\d+(?:\.\d+){0,3}(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-.]+)?$/.test(text.trim()),
};
