const DISTRIBUTIONS = new Set([
  "Debian",
  "Ubuntu",
  "Alpine",
  "Alpaquita",
  "Chainguard",
  "Wolfi",
  "MinimOS",
  "AlmaLinux",
  "Rocky Linux",
  "Red Hat",
  "SUSE",
  "openSUSE",
  "openEuler",
  "Mageia",
  "Azure Linux",
  "Photon OS",
]);

/** `Debian` of `Debian:12`: what one bulk file of OSV holds. */
export const familyOf = (ecosystem: string): string => ecosystem.split(":", 1)[0] ?? ecosystem;

export const isDistribution = (ecosystem: string): boolean => DISTRIBUTIONS.has(familyOf(ecosystem));

/**
 * One shard for each release that an image can say it is of. Red Hat and SUSE name the repository or product as well (`Red Hat:enterprise_linux:9::appstream`,
 * `SUSE:Linux Enterprise Module for Basesystem 15 SP4`), and an image may hold packages of several. Others as OSV has them.
 */
export const shardOf = (ecosystem: string): string => {
  const [, release] = /^Red Hat:enterprise_linux:(\d+)(?:\.\d+)?(?:::.*)?$/.exec(ecosystem) ?? [];
  if (release !== undefined) return `Red Hat:${release}`;
  const [, version, pack = ""] = /^SUSE:Linux Enterprise (?:Server|Desktop|Module for .+?) (\d+)(?: SP(\d+))?$/.exec(ecosystem) ?? [];
  if (version !== undefined) return `SUSE:${version}${pack === "" ? "" : `.${pack}`}`;
  return ecosystem;
};
