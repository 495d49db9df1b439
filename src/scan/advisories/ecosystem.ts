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
  "BellSoft Hardened Containers",
  "CleanStart",
  "Echo",
  "Photon OS",
]);

/** `Debian` of `Debian:12`: what one bulk file of OSV holds. */
export const familyOf = (ecosystem: string): string => ecosystem.split(":", 1)[0] ?? ecosystem;

export const isDistribution = (ecosystem: string): boolean => DISTRIBUTIONS.has(familyOf(ecosystem));

/**
 * One shard for each release that an image can say it is of. Red Hat and SUSE name the repository or product as well (`Red Hat:enterprise_linux:9::appstream`,
 * `SUSE:Linux Enterprise Module for Basesystem 15 SP4`), and an image may hold packages of several; their streams
 * of updates beside a release (extended.ts) are shards of their own. Others as OSV has them.
 */
export const shardOf = (ecosystem: string): string => {
  const [, release] = /^Red Hat:enterprise_linux:(\d+)(?:\.\d+)?(?:::.*)?$/.exec(ecosystem) ?? [];
  if (release !== undefined) return `Red Hat:${release}`;
  const [, minor] = /^Red Hat:(?:rhel_(?:eus|aus|tus|e4s)\w*|enterprise_linux_eus):(\d+\.\d+)(?:::.*)?$/.exec(ecosystem) ?? [];
  if (minor !== undefined) return `Red Hat:${minor}`;
  const [, ended] = /^Red Hat:rhel_els:(\d+)(?:::.*)?$/.exec(ecosystem) ?? [];
  if (ended !== undefined) return `Red Hat:${ended}:els`;
  const [, version, pack, point, ltss] =
    /^SUSE:Linux Enterprise (?:Server|Desktop|Module for .+?) (\d+)(?: SP(\d+)|\.(\d+))?(?:(-LTSS)(?:-\w+)*)?$/.exec(ecosystem) ?? [];
  if (version !== undefined)
    return `SUSE:${[version, pack ?? point].filter((part) => part !== undefined).join(".")}${ltss === undefined ? "" : ":LTSS"}`;
  return ecosystem;
};
