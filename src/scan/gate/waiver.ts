import type { ScanSettings } from "../../project/index.ts";
import { matcherOf } from "../../source/dockerignore/index.ts";
import { componentMatch } from "./component.ts";
import { parsePurl } from "./purl.ts";
import { fullName, type GatePackage, type GateSubject, type GateVulnerability, idsOf } from "./subject.ts";
import { matchesWildcard } from "./wildcard.ts";

/** A dated decision to live with a vulnerability. */
export type ScanWaiver = ScanSettings["waive"][number] & {
  /** Where it is written: `file:line:column`. */
  readonly place?: string;
};

const DAY_MS = 86_400_000;

export const hasExpired = ({ until }: Pick<ScanWaiver, "until">, now: number): boolean => now >= Date.parse(`${until}T00:00:00Z`) + DAY_MS;

const isPackage = (wanted: string, one: GatePackage): boolean => {
  const purl = parsePurl(wanted);
  if (purl !== undefined) return componentMatch(purl, one) === "same";
  const at = wanted.lastIndexOf("@");
  const [name, version] = at > 0 ? [wanted.slice(0, at), wanted.slice(at + 1)] : [wanted, "*"];
  const known = [
    { name: fullName(one), version: one.version },
    { name: one.name, version: one.version },
    ...(one.source === undefined ? [] : [one.source]),
  ];
  return known.some((each) => matchesWildcard(name, each.name) && matchesWildcard(version, each.version));
};

const isAt = (pattern: string, path: string): boolean => {
  const glob = pattern.replace(/^\/+/, "");
  return glob === path || path.startsWith(`${glob.replace(/\/+$/, "")}/`) || matcherOf(glob)?.(path) === true;
};

/** With and without what stands behind the repository. */
const namesOf = (name: string): readonly string[] => {
  const [plain = name] = name.split("@", 1);
  return [name, plain, plain.replace(/:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, "")];
};

/** Whether the waiver is for this image at all: one of another service or image neither waives here nor is it unused. */
export const isFor = ({ service, image }: Pick<ScanWaiver, "service" | "image">, { names, services = [] }: GateSubject): boolean =>
  (service === undefined || services.includes(service)) &&
  (image === undefined || names.flatMap(namesOf).some((name) => matchesWildcard(image, name)));

/** Whether the waiver speaks of this vulnerability in this package; not whether it still holds. */
export const waives = (waiver: ScanWaiver, vulnerability: GateVulnerability, one: GatePackage): boolean =>
  idsOf(vulnerability).has(waiver.id.toUpperCase()) &&
  (waiver.package === undefined || isPackage(waiver.package, one)) &&
  (waiver.path === undefined || isAt(waiver.path, one.path));
