import type { Package, PackageType } from "./package.ts";

const encoded = (text: string): string => encodeURIComponent(text).replaceAll("%3A", ":").replaceAll("%2B", "+");

/** `deb/debian`: whose package it is stands in its namespace, and the release it is for in a qualifier. */
export interface PurlOf {
  /** `debian`, `alpine`, of packages of a distribution. */
  readonly distribution?: string;
  /** `debian-12`. */
  readonly distro?: string;
}

/** Of a distribution, which stands in the namespace. */
const DISTRIBUTIONS: ReadonlySet<PackageType> = new Set(["alpm", "apk", "deb", "opkg", "rpm"]);
/** Whose names are the same in whatever case; what is not told apart is written in small letters (purl-spec, types/). */
const CASELESS: ReadonlySet<PackageType> = new Set([
  "alpm",
  "apk",
  "bitnami",
  "composer",
  "deb",
  "github",
  "golang",
  "hex",
  "npm",
  "pub",
  "pypi",
]);
/** Whose names are paths, the last part of which is the name. */
const PATHS: ReadonlySet<PackageType> = new Set(["golang", "terraform"]);
/** Of whose names the first part is the package, and the rest a place within it. */
const PLACES: ReadonlySet<PackageType> = new Set(["cocoapods", "github"]);

const nameOf = (type: PackageType, name: string): string => {
  const cased = CASELESS.has(type) ? name.toLowerCase() : name;
  if (type === "pypi") return cased.replaceAll(/[-_.]+/g, "-");
  return type === "pub" ? cased.replaceAll("-", "_") : cased;
};

/** What a distribution made it from, where that is called otherwise: Debian's and Alpine's by name, with the version where it is another; rpm's as its file. */
const upstreamOf = ({ type, name, version, source }: Package): string | undefined => {
  if (source === undefined) return undefined;
  if (type === "rpm") return `${source.name}-${source.version.replace(/^\d+:/, "")}.src.rpm`;
  if (source.version !== version) return `${source.name}@${source.version}`;
  return source.name === name ? undefined : source.name;
};

/** The package URL (github.com/package-url/purl-spec): qualifiers in order, so that equal packages have equal ones. */
export const purlOf = (found: Package, { distribution, distro }: PurlOf = {}): string => {
  const { type, namespace, name, version, arch } = found;
  const ofDistribution = DISTRIBUTIONS.has(type);
  const [epoch, rest] = type === "rpm" ? (/^(\d+):(.+)$/.exec(version) ?? []).slice(1) : [];
  const [own = "", ...below] = PLACES.has(type) ? name.split("/") : [name];
  const space = ofDistribution ? distribution?.toLowerCase() : CASELESS.has(type) ? namespace?.toLowerCase() : namespace;
  const named = nameOf(type, own);
  const path = [...(space?.split("/") ?? []), ...(PATHS.has(type) ? named.split("/") : [named])].map(encoded).join("/");
  const upstream = upstreamOf(found);
  const qualifiers = Object.entries({ arch, distro: ofDistribution ? distro : undefined, epoch, upstream })
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encoded(value)}`]))
    .join("&");
  const subpath = below.map(encoded).join("/");
  return `pkg:${type}/${path}@${encoded(rest ?? version)}${qualifiers === "" ? "" : `?${qualifiers}`}${subpath === "" ? "" : `#${subpath}`}`;
};
