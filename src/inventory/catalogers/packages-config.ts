import { type Cataloger, MIB } from "../cataloger.ts";
import { packagesMatching } from "../match-lines.ts";

/** .NET packages of the older kind of project, each of one version (learn.microsoft.com/nuget/reference/packages-config). */
export const packagesConfig: Cataloger = {
  name: "packages-config",
  scope: "declared",
  reads: "packages.config",
  endings: ["config"],
  isMine: (path) => /(?:^|\/)packages\.config$/i.test(path),
  maxBytes: 4 * MIB,
  read: (content) => ({
    packages: packagesMatching(
      content.toString("utf8"),
      /<package\s+id="(?<name>[^"\n]{1,200})"\s+version="(?<version>[^"\n*[(]{1,100})"/g,
      "nuget",
    ),
  }),
};
