import { type Cataloger, MIB } from "../cataloger.ts";
import { packagesMatching } from "../match-lines.ts";

/** Dart packages that pub has locked, of whatever source; a path's is the repository's own (dart.dev/tools/pub/glossary#lockfile). */
export const pubspecLock: Cataloger = {
  name: "pubspec-lock",
  scope: "declared",
  reads: "pubspec.lock",
  endings: ["lock"],
  isMine: (path) => /(?:^|\/)pubspec\.lock$/.test(path),
  maxBytes: 8 * MIB,
  read: (content) => ({
    packages: content
      .toString("utf8")
      .split(/^(?= {2}\S)/m)
      .filter((part) => !/^ {4}source: (?:path|sdk)\s*$/m.test(part))
      .flatMap((part) =>
        packagesMatching(part, /^ {2}"?(?<name>\w+)"?:\s*\n[\s\S]{0,4000}?^ {4}version: "?(?<version>[^"\s]+)"?\s*$/gm, "pub"),
      ),
  }),
};
