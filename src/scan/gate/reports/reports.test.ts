import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { DEFAULT_GATE, judge } from "../judge.ts";
import { askedOf } from "./asked.ts";
import { readReport } from "./read.ts";

const folder = mkdtempSync(join(tmpdir(), "seaworthy-reports-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Kev = Parameters<typeof readReport>[2];
const read = (document: unknown, kevOf?: Kev) => {
  writeFileSync(join(folder, "r.json"), typeof document === "string" ? document : JSON.stringify(document, undefined, 1));
  return readReport("r.json", folder, kevOf);
};
const [A, B, C] = ["a", "b", "c"].map((letter) => `sha256:${letter.repeat(64)}`);

describe("Trivy", () => {
  const openssl = {
    VulnerabilityID: "CVE-2024-4741",
    VendorIDs: ["DSA-1-1"],
    PkgID: "libssl3@3.0.11-1",
    PkgName: "libssl3",
    PkgIdentifier: { PURL: "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12.5" },
    InstalledVersion: "3.0.11-1",
    FixedVersion: "3.0.14-1",
    Status: "fixed",
    Layer: { Digest: C, DiffID: B },
    SeveritySource: "debian",
    PrimaryURL: "https://avd.aquasec.com/nvd/cve-2024-4741",
    Title: "openssl: use\n after free",
    Severity: "MEDIUM",
    CVSS: { nvd: { V3Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", V3Score: 7.5 } },
  };
  const packages = ["libssl3", "openssl"].map((name) => ({
    ID: `${name}@3.0.11-1`,
    Name: name,
    Identifier: { PURL: `pkg:deb/debian/${name}@3.0.11-1?arch=amd64&distro=debian-12.5` },
    Version: "3.0.11",
    SrcName: "openssl",
    SrcVersion: "3.0.11",
    SrcRelease: "1",
    SrcEpoch: 0,
    Layer: { DiffID: B },
  }));
  const report = (results: readonly object[] | null, more: object = {}): unknown => ({
    SchemaVersion: 2,
    Trivy: { Version: "0.70.0" },
    CreatedAt: "2026-11-20T12:20:30.5Z",
    ArtifactName: "ghcr.io/acme/web:1.2",
    ArtifactType: "container_image",
    Metadata: {
      OS: { Family: "debian", Name: "12.5", EOSL: true },
      ImageID: C,
      DiffIDs: [A, B],
      RepoDigests: [`ghcr.io/acme/web@${A}`],
      ...more,
    },
    Results: results,
  });
  const debian = (vulnerabilities: readonly object[], more: object = {}): object => ({
    Target: "ghcr.io/acme/web:1.2 (debian 12.5)",
    Class: "os-pkgs",
    Type: "debian",
    Vulnerabilities: vulnerabilities,
    ...more,
  });

  test("what it says of an image", () => {
    const other = { ...openssl, PkgID: "openssl@3.0.11-1", PkgName: "openssl", PkgIdentifier: packages[1]?.Identifier };
    const { scanned, ...rest } = read(report([debian([openssl, other], { Packages: packages })]));
    expect(rest).toEqual({
      tool: "trivy",
      version: "0.70.0",
      at: "2026-11-20T12:20:30.5Z",
      image: "ghcr.io/acme/web:1.2",
      digest: A,
      distribution: { id: "debian", version: "12.5", name: "debian 12.5" },
      tellsExploited: false,
      blindSpots: ["debian 12.5 is no longer looked after"],
    });
    expect(scanned.subject).toEqual({ names: ["ghcr.io/acme/web:1.2", `ghcr.io/acme/web@${A}`], digests: [A, C] });
    expect([scanned.judged, scanned.packages.length]).toEqual([2, 2]);
    expect(scanned.vulnerabilities).toMatchObject([
      {
        id: "CVE-2024-4741",
        name: "openssl",
        version: "3.0.11-1",
        state: "fixed",
        fixed: "3.0.14-1",
        severity: { rating: "medium", source: "debian" },
        severities: [{ rating: "high", score: 7.5, source: "nvd" }, {}],
        advisories: [
          {
            cves: ["CVE-2024-4741"],
            aliases: ["DSA-1-1"],
            summary: "openssl: use after free",
            url: "https://avd.aquasec.com/nvd/cve-2024-4741",
          },
        ],
        packages: [
          { type: "deb", name: "libssl3", layer: B, layerIndex: 1, source: { name: "openssl", version: "3.0.11-1" } },
          { type: "deb", name: "openssl" },
        ],
      },
    ]);
  });
  test.each([
    ["fixed", "fixed"],
    ["affected", "unfixed"],
    ["will_not_fix", "wont-fix"],
    ["fix_deferred", "deferred"],
    ["end_of_life", "end-of-life"],
    ["under_investigation", "unfixed"],
    [undefined, "unfixed"],
    ["of tomorrow", "unfixed"],
  ])("status %s", (Status, state) => {
    const without = { ...openssl, FixedVersion: undefined, Status };
    const { scanned } = read(report([debian([without])]));
    expect(scanned.vulnerabilities[0]?.state).toBe(state === "fixed" ? "unfixed" : state);
    expect(scanned.vulnerabilities[0]?.fixed).toBeUndefined();
  });
  test("what it calls not affected is left out", () => {
    expect(read(report([debian([{ ...openssl, Status: "not_affected" }])])).scanned.vulnerabilities).toEqual([]);
  });
  test("programs and lock files, without package URLs too", () => {
    const result = (Type: string, Target: string, one: object): object => ({
      Target,
      Class: "lang-pkgs",
      Type,
      Vulnerabilities: [{ VulnerabilityID: "GHSA-1", Severity: "UNKNOWN", ...one }],
    });
    const { scanned } = read(
      report([
        result("gobinary", "/usr/bin/app", { PkgName: "stdlib", InstalledVersion: "v1.20.1" }),
        result("node-pkg", "Node.js", { PkgName: "@a/b", InstalledVersion: "1.0.0", PkgPath: "app/node_modules/@a/b/package.json" }),
      ]),
    );
    expect(scanned.vulnerabilities.flatMap((one) => one.packages)).toMatchObject([
      { type: "npm", path: "app/node_modules/@a/b/package.json", purl: "pkg:npm/%40a/b@1.0.0" },
      { type: "golang", path: "usr/bin/app", purl: "pkg:golang/stdlib@v1.20.1" },
    ]);
    expect(scanned.vulnerabilities[0]?.severity).toBeUndefined();
  });
  test("what was not scanned for vulnerabilities has not passed", () => {
    for (const results of [null, [], [{ Target: "a", Class: "secret" }]]) {
      const { scanned, blindSpots } = read(report(results, { OS: undefined }));
      expect(judge(scanned, DEFAULT_GATE, 0)).toMatchObject({ passed: false, unjudged: true });
      expect(blindSpots).toEqual([expect.stringContaining("no result of a scan for vulnerabilities")]);
    }
    const { scanned } = read(report([debian([])]));
    expect(judge(scanned, DEFAULT_GATE, 0).passed).toBe(true);
  });
  test("what Trivy's own rules leave out is told", () => {
    const modified = [
      { Type: "vulnerability", Status: "ignored", Source: ".trivyignore.yaml", Finding: { VulnerabilityID: "CVE-2024-1" } },
      { Type: "vulnerability", Status: "not_affected", Source: "OpenVEX", Finding: { VulnerabilityID: "CVE-2024-2" } },
      {},
    ];
    expect(
      read(report([debian([{ ...openssl, Status: "not_affected" }], { ExperimentalModifiedFindings: modified })], { OS: undefined }))
        .blindSpots,
    ).toEqual([
      "3 findings that Trivy's own rules leave out: 1 by ignored of .trivyignore.yaml (CVE-2024-1), 1 by not_affected of OpenVEX (CVE-2024-2), 1 by a rule (without an id)",
      "1 vulnerability that Trivy calls not affected",
    ]);
  });
  test("its secrets are judged, its misconfigurations and licences are said not to be", () => {
    const results = [
      debian([]),
      {
        Target: "/app/.env",
        Class: "secret",
        Secrets: [
          {
            RuleID: "aws-access-key-id",
            Title: "AWS Access Key ID",
            Severity: "CRITICAL",
            StartLine: 3,
            Match: "KEY=AKIA****",
            Layer: { DiffID: B },
          },
          { RuleID: "jwt-token", Title: "", Severity: "MEDIUM" },
        ],
      },
      { Target: "Dockerfile", Class: "config", Misconfigurations: [{ ID: "DS001" }, { ID: "DS002" }] },
      { Target: "OS Packages", Class: "license", Licenses: [{ Name: "GPL-2.0" }] },
    ];
    const { scanned, blindSpots } = read(report(results, { OS: undefined }));
    expect(scanned.vulnerabilities.map(({ secret }) => secret)).toEqual([
      {
        id: "secret:aws-access-key-id",
        what: "AWS Access Key ID",
        isSure: true,
        in: "file",
        path: "app/.env",
        line: 3,
        layer: B,
        layerIndex: 1,
      },
      { id: "secret:jwt-token", what: "jwt-token", isSure: false, in: "file", path: "app/.env" },
    ]);
    expect(judge(scanned, { ...DEFAULT_GATE, onlyFixed: true }, 0).open.map(({ refused }) => refused)).toEqual(["severity", undefined]);
    expect(blindSpots).toEqual([
      "2 misconfigurations of the report not judged: seaworthy check judges configurations",
      "1 licence of the report not judged",
    ]);
  });
  test("an image in which it saw no distribution", () => {
    const lock = { Target: "Node.js", Class: "lang-pkgs", Type: "node-pkg", Packages: [{ Name: "a", Version: "1.0.0" }] };
    expect(read(report([lock], { OS: undefined })).blindSpots[0]).toContain("no packages of a distribution");
  });
  test("what is exploited, by a catalogue of ours", () => {
    const { scanned, tellsExploited } = read(report([debian([{ ...openssl, Severity: "LOW" }])]), (cve) =>
      cve === "CVE-2024-4741" ? { added: "2025-01-01" } : undefined,
    );
    expect([tellsExploited, judge(scanned, DEFAULT_GATE, 0).open[0]?.refused]).toEqual([true, "exploited"]);
  });
});

describe("Grype", () => {
  const match = (vulnerability: object, more: object = {}): object => ({
    vulnerability: {
      id: "GHSA-1",
      dataSource: "https://github.com/advisories/GHSA-1",
      namespace: "github:language:javascript",
      severity: "High",
      description: "bad",
      cvss: [{ source: "nvd", vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" }],
      fix: { versions: ["1.1.0"], state: "fixed" },
      ...vulnerability,
    },
    relatedVulnerabilities: [{ id: "CVE-2026-1001" }],
    matchDetails: [],
    artifact: {
      name: "left",
      version: "1.0.0",
      type: "npm",
      purl: "pkg:npm/left@1.0.0",
      locations: [{ path: "/app/left/package.json", layerID: B }],
      upstreams: [],
    },
    ...more,
  });
  const report = (matches: readonly object[], more: object = {}): unknown => ({
    matches,
    source: {
      type: "image",
      target: {
        userInput: "web:1.2",
        imageID: C,
        manifestDigest: A,
        tags: ["web:1.2"],
        repoDigests: [`ghcr.io/acme/web@${B}`],
        layers: [{ digest: A }, { digest: B }],
      },
    },
    distro: { name: "debian", version: "12" },
    descriptor: { name: "grype", version: "0.100.0", timestamp: "2026-11-20T00:00:00Z" },
    ...more,
  });
  test("what it says of an image", () => {
    const { scanned, ...rest } = read(report([match({})]));
    expect(rest).toMatchObject({
      tool: "grype",
      version: "0.100.0",
      image: "web:1.2",
      digest: A,
      distribution: { id: "debian" },
      blindSpots: [],
    });
    expect(scanned.subject).toEqual({ names: ["web:1.2", `ghcr.io/acme/web@${B}`], digests: [A, B, C] });
    expect(scanned).toMatchObject({
      judged: undefined,
      vulnerabilities: [
        {
          id: "CVE-2026-1001",
          fixed: "1.1.0",
          severity: { rating: "high", score: 7.5 },
          advisories: [{ id: "GHSA-1", cves: ["CVE-2026-1001"], summary: "bad" }],
          packages: [{ type: "npm", path: "app/left/package.json", layer: B, layerIndex: 1 }],
        },
      ],
    });
  });
  test("one vulnerability told by two records is one", () => {
    const twice = [
      match({}),
      match(
        { id: "CVE-2026-1001", namespace: "nvd:cpe", fix: { versions: [], state: "unknown" }, severity: "Critical" },
        { relatedVulnerabilities: [] },
      ),
    ];
    expect(read(report(twice)).scanned.vulnerabilities).toMatchObject([
      { id: "CVE-2026-1001", state: "fixed", fixed: "1.1.0", severity: { rating: "critical" }, packages: [{}] },
    ]);
  });
  test("a distribution's package goes by its source, and won't-fix is told", () => {
    const artifact = {
      name: "libssl3",
      version: "3.0.11-1",
      type: "deb",
      purl: "pkg:deb/debian/libssl3@3.0.11-1",
      locations: [],
      upstreams: [{ name: "openssl" }],
    };
    expect(
      read(
        report([
          match(
            { id: "CVE-2026-1001", fix: { versions: [], state: "wont-fix" }, severity: "Negligible" },
            { artifact, relatedVulnerabilities: null },
          ),
        ]),
      ).scanned.vulnerabilities,
    ).toMatchObject([{ name: "openssl", version: "3.0.11-1", state: "wont-fix", severity: { rating: "low" }, packages: [{ path: "" }] }]);
  });
  test("what is known to be exploited is refused", () => {
    const { scanned, tellsExploited } = read(
      report([match({ severity: "Low", knownExploited: [{ cve: "CVE-2026-1001", knownRansomwareCampaignUse: "Known" }] })]),
    );
    expect([tellsExploited, scanned.vulnerabilities[0]?.kev]).toEqual([true, { ransomware: true }]);
    expect(judge(scanned, DEFAULT_GATE, 0).open[0]?.refused).toBe("exploited");
  });
  test("a folder, an unknown distribution, and what Grype's own rules leave out", () => {
    const { image, blindSpots } = read(
      report([], { source: { type: "directory", target: "/src" }, distro: { name: "", version: "" }, ignoredMatches: [{}] }),
    );
    expect(image).toBe("/src");
    expect(blindSpots).toEqual([
      expect.stringContaining("which distribution"),
      "1 match that Grype's own rules leave out: 1 by a rule (without an id)",
    ]);
  });
  test("what its rules leave out, by what, and what of it is known to be exploited", () => {
    const ignored = [
      { vulnerability: { id: "CVE-2024-1" }, appliedIgnoreRules: [{ vulnerability: "CVE-2024-1", reason: "dev only" }] },
      { vulnerability: { id: "CVE-2024-2", knownExploited: [{ cve: "CVE-2024-2" }] }, appliedIgnoreRules: [{ "fix-state": "not-fixed" }] },
      { vulnerability: { id: "CVE-2024-3" }, appliedIgnoreRules: [{ namespace: "vex", "vex-status": "not_affected" }] },
    ];
    const { scanned, blindSpots, leavesOutExploited } = read(report([], { ignoredMatches: ignored }));
    expect(leavesOutExploited).toBe(true);
    expect(blindSpots).toEqual([
      "3 matches that Grype's own rules leave out: 1 by dev only (CVE-2024-1), 1 by fix state not-fixed (CVE-2024-2), 1 by VEX: not_affected (CVE-2024-3)",
      "of what Grype's own rules leave out, known to be exploited: CVE-2024-2",
    ]);
    expect(judge(scanned, DEFAULT_GATE, 0).passed).toBe(true);
  });
  test("a report that tells of nothing has not passed", () => {
    for (const more of [
      { source: undefined, distro: undefined },
      { source: { type: "image", target: undefined } },
      { distro: { name: "", version: "" } },
    ]) {
      const { scanned, blindSpots } = read({ ...(report([]) as object), matches: [], ...more });
      expect([judge(scanned, DEFAULT_GATE, 0).unjudged, blindSpots.join()]).toEqual([true, expect.stringContaining("Grype found nothing")]);
    }
    expect(judge(read({ matches: null, descriptor: { name: "grype" } }).scanned, DEFAULT_GATE, 0).passed).toBe(false);
    expect(judge(read(report([])).scanned, DEFAULT_GATE, 0).passed).toBe(true);
  });
  test("how old its database was, and that it was not in order", () => {
    const descriptor = {
      name: "grype",
      timestamp: "2026-11-20T00:00:00Z",
      db: { status: { built: "2026-11-01T00:00:00Z", valid: false } },
    };
    expect(read(report([match({})], { descriptor })).blindSpots).toEqual([
      "Grype says that its database was not in order",
      "Grype's database was 19 days old when it looked",
    ]);
  });
  test("of another image", () => {
    const one = read(report([match({})]));
    expect(askedOf(`ghcr.io/acme/web@${A}`, one, "r.json")).toEqual([]);
    expect(askedOf("web:1.2", one, "r.json")).toEqual([]);
    expect(askedOf("web", one, "r.json")).toEqual([]);
    expect(askedOf("web:1.3", one, "r.json")).toEqual([expect.stringContaining("the report is of web:1.2, and web:1.3 was asked about")]);
    expect(() => askedOf(`web@sha256:${"d".repeat(64)}`, one, "r.json")).toThrow("r.json is a report of another image: sha256:dddd");
    const nameless = { ...one, scanned: { ...one.scanned, subject: { names: [], digests: [] } } };
    expect(askedOf(`web@${A}`, nameless, "r.json")).toEqual([expect.stringContaining("does not say of which digest")]);
  });
});

describe("what is no such report", () => {
  test.each([
    ["[]", "this is a list, as Trivy wrote it before 0.20"],
    ['{"bomFormat":"CycloneDX"}', "this is CycloneDX"],
    ['{"runs":[]}', "this is SARIF"],
    ['{"artifacts":[],"artifactRelationships":[]}', "this is what syft lists"],
    ['{"results":[],"experimental_config":{}}', "this is a report of osv-scanner"],
    ['{"matches":[],"descriptor":{"name":"other"}}', "r.json:1:36: descriptor.name: expected grype"],
    ["{}", "this is something else"],
    ['{"SchemaVersion":3,"Results":[]}', "r.json:1:18: SchemaVersion: schema 2 is read"],
    [
      '{"SchemaVersion":2,"Results":\n[{"Vulnerabilities":[{"PkgName":1,"VulnerabilityID":"CVE-1"}]}]}',
      "r.json:2:33: Results[0].Vulnerabilities[0].PkgName: expected text",
    ],
    ['{"matches":[{"vulnerability":{}}],"descriptor":{}}', "r.json is no report of Grype: 2 problems"],
    ['{"matches":', "r.json:1:12: it ends too early"],
    ["", "r.json:1:1: the file is empty"],
  ])("%s", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
