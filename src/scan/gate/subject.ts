import type { Flaw } from "../../image/index.ts";
import type { FoundPackage, FoundSecret } from "../../inventory/index.ts";
import type { Vulnerability } from "../scan.ts";

/** What the gate asks of a package. Ours are such; reports of other tools know types that ours does not. */
export interface GatePackage extends Omit<FoundPackage, "type" | "layer" | "licenses"> {
  /** Of its package URL. */
  readonly type: string;
  readonly layer?: string;
}

/** One vulnerability and the packages that have it, whoever found it. */
export interface GateVulnerability extends Omit<Vulnerability, "packages"> {
  readonly packages: readonly GatePackage[];
  /** It is a secret that the image gives away, and no vulnerability of a package: `packages` holds its file. */
  readonly secret?: FoundSecret;
}

/** What was scanned: for statements about images. */
export interface GateSubject {
  /** As it was asked for, and as it names itself: references, `repository:tag`. */
  readonly names: readonly string[];
  /** Of its manifest, of an index that has it, of its configuration: all by which it may be known. */
  readonly digests: readonly string[];
  /** Services that run it; absent where nobody says. */
  readonly services?: readonly string[];
}

/** What a gate judges: our own scan, or another tool's report. */
export interface Scanned {
  readonly subject: GateSubject;
  readonly vulnerabilities: readonly GateVulnerability[];
  /** What is missing in the image, or is not as its documents say: what was found is not all, or not what will run. */
  readonly flaws?: readonly Flaw[];
  /** All of them, as far as they are known: statements about a package speak of what it holds. */
  readonly packages: readonly GatePackage[];
  /** How many were looked at. Undefined where a report does not say. */
  readonly judged: number | undefined;
}

/** Every name that it goes by. An advisory of several CVEs lends none of them to the others. */
export const idsOf = ({ id, advisories }: GateVulnerability): ReadonlySet<string> =>
  new Set(
    [id, ...advisories.flatMap((one) => [one.id, ...(one.cves.length > 1 ? [] : [...one.cves, ...one.aliases])])].map((name) =>
      name.toUpperCase(),
    ),
  );

/** `@scope/name`, `group:artifact`: as its ecosystem writes it. */
export const fullName = ({ type, namespace, name }: Pick<GatePackage, "type" | "namespace" | "name">): string =>
  namespace === undefined ? name : `${namespace}${type === "maven" ? ":" : "/"}${name}`;
