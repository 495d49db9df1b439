import { type Cataloger, MIB } from "../cataloger.ts";
import { packagesMatching } from "../match-lines.ts";

/** Java packages that Gradle has locked (docs.gradle.org/current/userguide/dependency_locking.html). */
export const gradleLock: Cataloger = {
  name: "gradle-lock",
  scope: "declared",
  reads: "gradle.lockfile, *.lockfile of Gradle",
  endings: ["lockfile"],
  isMine: (path) => /(?:^|\/)(?:buildscript-)?gradle\.lockfile$|(?:^|\/)gradle\/dependency-locks\/[^/]+\.lockfile$/.test(path),
  maxBytes: 8 * MIB,
  read: (content) => ({
    packages: packagesMatching(
      content.toString("utf8"),
      /^(?<namespace>[^\s:#=]{1,200}):(?<name>[^\s:=]{1,200}):(?<version>[^\s:=]{1,100})(?:=|$)/gm,
      "maven",
    ),
  }),
};
