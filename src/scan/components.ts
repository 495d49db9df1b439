import type { Distribution, FoundPackage } from "../inventory/index.ts";
import type { Component } from "./match.ts";
import { asUpstream } from "./upstream.ts";

const major = (version: string): string => version.split(".", 1)[0] ?? version;
const minor = (version: string): string => version.split(".", 2).join(".");

/** An image may call its distribution whatever it likes. */
const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined => (Object.hasOwn(table, key) ? table[key] : undefined);

/** How OSV names the releases of distributions. */
const RELEASES: Readonly<Record<string, (version: string, name: string) => string | undefined>> = {
  debian: (version) => `Debian:${major(version)}`,
  // Every second April has long-term support, and OSV says so in the name.
  ubuntu: (version) => `Ubuntu:${version}${/^\d*[02468]\.04$/.test(version) ? ":LTS" : ""}`,
  alpine: (version) => `Alpine:v${minor(version)}`,
  almalinux: (version) => `AlmaLinux:${major(version)}`,
  rhel: (version) => `Red Hat:${major(version)}`,
  rocky: (version) => `Rocky Linux:${major(version)}`,
  sles: (version) => `SUSE:${version}`,
  "sle-micro": (version) => `SUSE:Linux Enterprise Micro ${version}`,
  "sl-micro": (version) => `SUSE:Linux Micro ${version}`,
  "opensuse-leap": (version) => `openSUSE:Leap ${version}`,
  "opensuse-leap-micro": (version) => `openSUSE:Leap Micro ${version}`,
  mageia: (version) => `Mageia:${major(version)}`,
  azurelinux: (version) => `Azure Linux:${major(version)}`,
  mariner: (version) => `Azure Linux:${major(version)}`,
  // The service pack stands in the name alone: `openEuler 24.03 (LTS-SP1)`, `openEuler 22.03 LTS`.
  openeuler: (version, name) => {
    const [, support] = /\b(LTS(?:-SP\d+)?)\b/.exec(name) ?? [];
    return support === undefined ? undefined : `openEuler:${minor(version)}-${support}`;
  },
  photon: (version) => `Photon OS:${version.includes(".") ? minor(version) : `${version}.0`}`,
  alpaquita: (version) => `Alpaquita:${version}`,
  "bellsoft-hardened-containers": (version) => `BellSoft Hardened Containers:${version}`,
};

/** Those whose packages are of one line, whatever release they say. */
const ROLLING: Readonly<Record<string, string>> = {
  chainguard: "Chainguard",
  cleanstart: "CleanStart",
  echo: "Echo",
  minimos: "MinimOS",
  wolfi: "Wolfi",
  "opensuse-tumbleweed": "openSUSE:Tumbleweed",
};

/** Undefined when nobody publishes advisories of it that are read here. */
export const ecosystemOf = ({ id, version = "", name }: Distribution): string | undefined =>
  own(ROLLING, id) ?? (version === "" ? undefined : own(RELEASES, id)?.(version, name));

/** Distributions of rpm packages whose advisories name what is installed; those of the others name what it was made from. */
const BY_INSTALLED_NAME = new Set(["almalinux", "rhel"]);

/** Names upstream products and their releases. */
const UPSTREAM = "Bitnami";

/** Of package URL types. What is not among them nobody publishes advisories of that are read here. */
const LANGUAGES: Readonly<Record<string, string>> = {
  bitnami: "Bitnami",
  cargo: "crates.io",
  composer: "Packagist",
  conan: "ConanCenter",
  cran: "CRAN",
  gem: "RubyGems",
  // Its names are those of upstream products.
  generic: UPSTREAM,
  github: "GitHub Actions",
  golang: "Go",
  hackage: "Hackage",
  hex: "Hex",
  maven: "Maven",
  npm: "npm",
  nuget: "NuGet",
  pub: "Pub",
  pypi: "PyPI",
  swift: "SwiftURL",
};

/**
 * What a package is looked up as: a distribution's by its source, any other by its own name. Undefined where there is no ecosystem for it.
 * What the distribution owns is the distribution's to mend, so it is judged with the package that owns it: ask for that one.
 */
export const componentOf = (found: FoundPackage, distribution: Distribution | undefined): Component | undefined => {
  const { type, namespace, name, version, module, source = { name, version } } = found;
  if (type === "rpm") {
    const ecosystem = distribution === undefined ? undefined : ecosystemOf(distribution);
    const named = distribution !== undefined && BY_INSTALLED_NAME.has(distribution.id) ? { name, version } : source;
    return ecosystem === undefined
      ? undefined
      : { ecosystem, name: named.name, version: named.version, ...(module === undefined ? {} : { module }) };
  }
  if (type === "deb" || type === "apk") {
    const ecosystem = distribution === undefined ? undefined : ecosystemOf(distribution);
    return ecosystem === undefined ? undefined : { ecosystem, name: source.name, version: source.version };
  }
  if (type === "generic" && namespace === undefined) return { ecosystem: UPSTREAM, ...asUpstream({ name, version }) };
  const ecosystem = LANGUAGES[type];
  return ecosystem === undefined
    ? undefined
    : { ecosystem, name: namespace === undefined ? name : `${namespace}${type === "maven" ? ":" : "/"}${name}`, version };
};
