import { parsePurl, type Purl } from "./purl.ts";
import { fullName, type GatePackage } from "./subject.ts";
import { matchesWildcard } from "./wildcard.ts";

/** Whose namespace is the distribution, which many leave out. */
const DISTRIBUTIONS = new Set(["apk", "deb", "rpm"]);

/** `v1.2.3` and `1.2.3` are one version of a Go module, an epoch of 0 is none, and rpm's stands in a qualifier, if anywhere. */
const plainVersion = (type: string, version: string): string => {
  if (type === "golang") return version.replace(/^(?:v|go)(?=\d)/, "");
  if (type === "rpm") return version.replace(/^\d+:/, "");
  return type === "deb" ? version.replace(/^0:/, "") : version;
};

/** `debian-12` and `12.5`: a release, and one within it. */
const sameDistro = (a: string, b: string): boolean => {
  const [left, right] = [a, b].map((text) => text.replace(/^[a-z][a-z ]*[-:]?/i, ""));
  if (left === undefined || right === undefined || left === "" || right === "") return true;
  return left === right || left.startsWith(`${right}.`) || right.startsWith(`${left}.`);
};

const sameQualifiers = (wanted: Purl, own: Purl | undefined): boolean => {
  for (const [key, value] of wanted.qualifiers) {
    const known = own?.qualifiers.get(key);
    if (known === undefined) continue;
    if (key === "arch" && known !== value) return false;
    if (key === "distro" && !sameDistro(known, value)) return false;
  }
  return true;
};

const ownPurls = new WeakMap<GatePackage, Purl | undefined>();

/** Read once: a package is held against many. */
const ownPurl = (one: GatePackage): Purl | undefined => {
  const own = ownPurls.get(one) ?? parsePurl(one.purl);
  ownPurls.set(one, own);
  return own;
};

/** How a package stands to what somebody wrote: another one, the same in another version or for another system, or the same. */
export type ComponentMatch = "other" | "other version" | "other system" | "same";

/** What a statement leaves out (version, qualifiers, the distribution's name) is no difference. A distribution's package goes by its source's name, too. */
export const componentMatch = (wanted: Purl, one: GatePackage): ComponentMatch => {
  const own = ownPurl(one);
  const type = own?.type ?? one.type;
  if (wanted.type !== type) return "other";
  const distribution = DISTRIBUTIONS.has(type);
  const namespace = own === undefined ? one.namespace : own.namespace;
  if (wanted.namespace !== namespace && !(distribution && (wanted.namespace === undefined || namespace === undefined))) return "other";
  const names = [
    { name: own?.name ?? fullName(one), version: one.version },
    ...(distribution && one.source !== undefined ? [one.source] : []),
  ].filter(({ name }) => name === wanted.name);
  if (names.length === 0) return "other";
  const { version } = wanted;
  if (version !== undefined && !names.some((each) => matchesWildcard(plainVersion(type, version), plainVersion(type, each.version))))
    return "other version";
  return sameQualifiers(wanted, own) ? "same" : "other system";
};
