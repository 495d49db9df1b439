import type { FixState } from "../../advisories/advisory.ts";
import { isWorse } from "../../advisories/severity.ts";
import type { GateVulnerability, Scanned } from "../subject.ts";

/** What another tool found, in the gate's terms. */
export interface ForeignReport {
  readonly tool: "trivy" | "grype";
  readonly version?: string;
  /** When it was made, as it says. */
  readonly at?: string;
  /** As it was asked for. */
  readonly image: string;
  readonly digest?: string;
  readonly distribution?: { readonly id: string; readonly version?: string; readonly name: string };
  readonly scanned: Scanned;
  /** Whether it says what is known to be exploited. */
  readonly tellsExploited: boolean;
  /** Its own rules leave out something that it knows to be exploited. */
  readonly leavesOutExploited?: true;
  /** What it leaves out, a sentence each. */
  readonly blindSpots: readonly string[];
}

const CVE = /^CVE-\d{4}-\d{4,}$/;
export const isCve = (id: string): boolean => CVE.test(id);

const MAX_SUMMARY = 300;

/** The first of some texts that says something, in a line. */
export const lineOf = (...texts: readonly (string | null | undefined)[]): string => {
  const line = (texts.find((text) => (text ?? "").trim() !== "") ?? "").replaceAll(/\s+/g, " ").trim();
  return line.length > MAX_SUMMARY ? `${line.slice(0, MAX_SUMMARY - 1)}…` : line;
};

/** In archives paths begin with no slash. */
export const pathOf = (path: string | null | undefined): string => (path ?? "").replace(/^\/+/, "");

/** Names of images; the path of an archive is none. */
export const imageNames = (names: readonly (string | null | undefined)[]): readonly string[] =>
  [...new Set(names)].flatMap((name) => (name == null || name === "" || /^[./]|\.(?:tar|tgz|tar\.\w+)$/.test(name) ? [] : [name]));

/** `sha256:...` of `name@sha256:...`. */
export const digestsIn = (names: readonly string[]): readonly string[] =>
  names.flatMap((name) => /@(sha\d+:[0-9a-f]+)$/.exec(name)?.[1] ?? []);

const FIRST: readonly FixState[] = ["fixed", "unfixed", "deferred", "wont-fix", "end-of-life", "unimportant"];

/** Of two records of one vulnerability: whatever one of them knows, and the worse word on it. */
const joined = (a: GateVulnerability, b: GateVulnerability): GateVulnerability => {
  const severity =
    a.severity === undefined || (b.severity !== undefined && isWorse(b.severity.rating, a.severity.rating)) ? b.severity : a.severity;
  const fixed = a.fixed ?? b.fixed;
  return {
    ...b,
    ...a,
    advisories: [...new Map([...a.advisories, ...b.advisories].map((one) => [one.id, one])).values()],
    state: FIRST.find((state) => state === a.state || state === b.state) ?? a.state,
    ...(fixed === undefined ? {} : { fixed }),
    ...(severity === undefined ? {} : { severity }),
    severities: [...a.severities, ...b.severities],
    packages: [...new Map([...a.packages, ...b.packages].map((one) => [`${one.purl} ${one.path}`, one])).values()],
  };
};

/** A vulnerability of one source, or of one package in several places, is one. */
export const grouped = (all: readonly GateVulnerability[]): readonly GateVulnerability[] => {
  const byKey = new Map<string, GateVulnerability>();
  for (const one of all) {
    const key = JSON.stringify([one.id, one.ecosystem, one.name, one.version]);
    const before = byKey.get(key);
    byKey.set(key, before === undefined ? one : joined(before, one));
  }
  return [...byKey.values()];
};
