import { apk } from "./apk.ts";
import { bitnami } from "./bitnami.ts";
import { cran } from "./cran.ts";
import { dpkg } from "./dpkg.ts";
import { gem } from "./gem.ts";
import { go } from "./go.ts";
import { hackage } from "./hackage.ts";
import { maven } from "./maven.ts";
import { nuget } from "./nuget.ts";
import { packagist } from "./packagist.ts";
import { pep440 } from "./pep440.ts";
import { pub } from "./pub.ts";
import { rpm } from "./rpm.ts";
import type { VersionScheme } from "./scheme.ts";
import { semver } from "./semver.ts";

/** Names of ecosystems as OSV has them (ossf.github.io/osv-schema, "Defined ecosystems"), without what follows their colon. */
const SCHEMES: ReadonlyMap<string, VersionScheme> = new Map([
  ["Debian", dpkg],
  ["Ubuntu", dpkg],
  ["Alpine", apk],
  ["Chainguard", apk],
  ["Wolfi", apk],
  ["MinimOS", apk],
  ["CleanStart", apk],
  ["Alpaquita", apk],
  ["BellSoft Hardened Containers", apk],
  ["Echo", dpkg],
  ["Photon OS", rpm],
  ["AlmaLinux", rpm],
  ["Rocky Linux", rpm],
  ["Red Hat", rpm],
  ["SUSE", rpm],
  ["openSUSE", rpm],
  ["openEuler", rpm],
  ["Mageia", rpm],
  ["Azure Linux", rpm],
  ["npm", semver],
  ["crates.io", semver],
  ["Hex", semver],
  ["SwiftURL", semver],
  ["Node.js core", semver],
  ["PyPI", pep440],
  ["Maven", maven],
  ["RubyGems", gem],
  ["NuGet", nuget],
  ["Packagist", packagist],
  ["Go", go],
  ["Pub", pub],
  ["CRAN", cran],
  ["Bioconductor", cran],
  ["Hackage", hackage],
  ["GHC", hackage],
  ["Bitnami", bitnami],
]);

/** How the versions of an ecosystem are ordered; undefined for one that is not known. `Debian:12` is Debian. */
export const schemeOf = (ecosystem: string): VersionScheme | undefined => SCHEMES.get(ecosystem.split(":", 1)[0] ?? "");
