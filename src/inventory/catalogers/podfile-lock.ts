import { type Cataloger, MIB } from "../cataloger.ts";
import { packagesMatching } from "../match-lines.ts";

/** Pods that CocoaPods has locked (guides.cocoapods.org). */
export const podfileLock: Cataloger = {
  name: "podfile-lock",
  scope: "declared",
  reads: "Podfile.lock",
  endings: ["lock"],
  isMine: (path) => /(?:^|\/)Podfile\.lock$/.test(path),
  maxBytes: 8 * MIB,
  read: (content) => ({
    packages: packagesMatching(
      content.toString("utf8"),
      /^ {2}- "?(?<name>[^\s"(][^\n"(]{0,200}?) \((?<version>\d[^)\n]{0,100})\)"?:?$/gm,
      "cocoapods",
    ),
  }),
};
