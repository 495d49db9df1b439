import type { Package } from "./package.ts";

const encoded = (text: string): string => encodeURIComponent(text).replaceAll("%3A", ":").replaceAll("%2B", "+");

/** `deb/debian`: whose package it is stands in its namespace, and the release it is for in a qualifier. */
export interface PurlOf {
  /** `debian`, `alpine`, of packages of a distribution. */
  readonly distribution?: string;
  /** `debian-12`. */
  readonly distro?: string;
}

/** The package URL (github.com/package-url/purl-spec): qualifiers in order, so that equal packages have equal ones. */
export const purlOf = ({ type, namespace, name, version, arch }: Package, { distribution, distro }: PurlOf = {}): string => {
  const ofDistribution = type === "deb" || type === "apk" || type === "rpm";
  const space = ofDistribution ? distribution : namespace;
  const named = type === "pypi" ? name.toLowerCase().replaceAll(/[-_.]+/g, "-") : name;
  // A module's path is its namespace and its name.
  const path = type === "golang" ? named.split("/").map(encoded).join("/") : encoded(named);
  const qualifiers = [
    ...(arch === undefined ? [] : [`arch=${encoded(arch)}`]),
    ...(ofDistribution && distro !== undefined ? [`distro=${encoded(distro)}`] : []),
  ];
  return `pkg:${type}/${space === undefined ? "" : `${encoded(space)}/`}${path}@${encoded(version)}${qualifiers.length === 0 ? "" : `?${qualifiers.join("&")}`}`;
};
