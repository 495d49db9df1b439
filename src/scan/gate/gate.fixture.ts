import type { GatePackage, GateVulnerability, Scanned } from "./subject.ts";

export const found = (purl: string, changes: Partial<GatePackage> = {}): GatePackage => {
  const [, type = "", name = "", version = ""] = /^pkg:([^/]+)\/(?:.*\/)?([^@/]+)@([^?]+)/.exec(purl) ?? [];
  return { type, name, version, purl, path: `app/node_modules/${name}/package.json`, ...changes };
};

export const vulnerability = (
  id: string,
  packages: readonly GatePackage[],
  changes: Partial<GateVulnerability> = {},
): GateVulnerability => ({
  id,
  advisories: [{ id, cves: id.startsWith("CVE-") ? [id] : [], aliases: [], summary: `what ${id} is` }],
  severity: { rating: "high", written: "high" },
  name: packages[0]?.name ?? "",
  version: packages[0]?.version ?? "",
  ecosystem: "npm",
  state: changes.fixed === undefined ? "unfixed" : "fixed",
  severities: [],
  packages,
  ...changes,
});

export const scanned = (vulnerabilities: readonly GateVulnerability[], changes: Partial<Scanned> = {}): Scanned => {
  const packages = [...new Set(vulnerabilities.flatMap((one) => one.packages))];
  return {
    subject: { names: ["ghcr.io/acme/web:1.2"], digests: [`sha256:${"a".repeat(64)}`] },
    vulnerabilities,
    packages,
    judged: packages.length,
    ...changes,
  };
};
