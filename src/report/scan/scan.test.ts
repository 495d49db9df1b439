import { describe, expect, test } from "vitest";
import { renderScanCycloneDx, renderScanJson, renderScanSarif } from "../json.ts";
import type { ScanDocument, ScanDocumentEntry } from "./document.ts";
import { scanMarkdown } from "./markdown.ts";
import { renderScan } from "./table.ts";
import { nextStep, verdictWords } from "./words.ts";

const entry = (id: string, changes: Partial<ScanDocumentEntry> = {}): ScanDocumentEntry => ({
  id,
  advisories: [{ id: `GHSA-${id}`, cves: [id], aliases: [], summary: `what ${id} is`, url: "https://example.com/a" }],
  state: changes.fixed === undefined ? "unfixed" : "fixed",
  severity: { rating: "high", score: 7.5, cvss: "3.1", written: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", source: "nvd" },
  name: "left",
  version: "1.0.0",
  ecosystem: "npm",
  packages: [{ purl: "pkg:npm/left@1.0.0", path: "app/left/package.json", layer: "sha256:a", layerNumber: 2 }],
  ...changes,
});
const rated = (rating: "none" | "low" | "medium" | "high" | "critical"): Pick<ScanDocumentEntry, "severity"> => ({
  severity: { rating, written: rating },
});
const scan = (vulnerabilities: readonly ScanDocumentEntry[], changes: Partial<ScanDocument> = {}): ScanDocument => {
  const refused = vulnerabilities.filter((one) => one.refused !== undefined).length;
  return {
    schema: "seaworthy/scan@1",
    image: "ghcr.io/acme/web:1.2",
    gate: { fail: "high", onlyFixed: false, passed: refused === 0, refused, unjudged: false, tellsExploited: true },
    judged: 10,
    vulnerabilities,
    suppressed: [],
    secrets: [],
    findings: [],
    gone: [],
    blindSpots: [],
    ...changes,
  };
};
const waived = { ...entry("CVE-2026-7"), by: { kind: "waiver", reason: "not reachable", until: "2027-01-01" } as const };
const plain = (document: ScanDocument, changes: object = {}): string => renderScan(document, { style: "plain", ...changes });

describe("the table", () => {
  const all = scan([
    entry("CVE-2026-1", { ...rated("critical"), refused: "severity" }),
    entry("CVE-2026-2", { ...rated("critical"), fixed: "1.1.0", refused: "severity" }),
    entry("CVE-2026-3", { ...rated("high"), state: "wont-fix", refused: "severity" }),
    entry("CVE-2026-4", { ...rated("low"), exploited: true, refused: "exploited", notes: ["its waiver ended on 2026-01-01"] }),
    entry("CVE-2026-5", { severity: undefined as never }),
  ]);
  test("has the worst first, what can be mended before what cannot, and what is given up apart", () => {
    const text = plain(all);
    expect([...text.matchAll(/^(\S.*)$|CVE-2026-\d(?= +left)/gm)].map(([found]) => found)).toEqual([
      "critical: 2, 1 with a fix",
      "CVE-2026-2",
      "CVE-2026-1",
      "low: 1, none with a fix",
      "CVE-2026-4",
      "unknown severity: 1, none with a fix",
      "CVE-2026-5",
      "will not be fixed, or not now: 1 high",
      "CVE-2026-3",
      "ghcr.io/acme/web:1.2: 5 known vulnerabilities in 10 packages",
      expect.stringMatching(
        /^refused: 2 critical, 1 high, 1 low, 1 of them known to be exploited; next: update left 1\.0\.0 \(fixed in 1\.1\.0\), which can/,
      ),
      expect.stringContaining("mend 1 of 4; seaworthy scan ghcr.io/acme/web:1.2 --why CVE-2026-2"),
    ]);
    expect(text).toContain("    its waiver ended on 2026-01-01");
  });
  test("a fix that only subscribers get is no fix, and is named with its stream", () => {
    const one = entry("CVE-2026-1", {
      ...rated("high"),
      state: "extended",
      extended: { stream: "Ubuntu Pro", fixed: "1.0.0+esm1" },
      refused: "severity",
    });
    const text = plain(scan([one]));
    expect(text).toContain("Ubuntu Pro: 1.0.0+esm1");
    expect(text).toContain("will not be fixed, or not now: 1 high");
    expect(nextStep(scan([one]))).toMatch(/^only Ubuntu Pro mends some of it: subscribe to that/);
  });
  test.each([40, 60, 80, 120])("is no wider than %i columns, whatever names say", (width) => {
    const hostile = entry("CVE-2026-9\u001b[31m\nfake", {
      name: "n".repeat(500),
      version: "v\r\nCVE",
      refused: "severity",
      notes: ["x".repeat(300), "\u001b]0;title\u0007"],
    });
    const text = plain(
      scan([hostile, entry("CVE-2026-1")], { image: "i".repeat(300), blindSpots: ["b ".repeat(200)], suppressed: [waived] }),
      { width, showSuppressed: true },
    );
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
    // oxlint-disable-next-line no-control-regex -- none may come through
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });
  test("lists all that refuses, and a page of what does not", () => {
    const many = (count: number, changes: Partial<ScanDocumentEntry>) =>
      Array.from({ length: count }, (_, at) => entry(`CVE-2026-${1000 + at}`, changes));
    const text = plain(scan([...many(50, { refused: "severity" }), ...many(50, rated("low"))]));
    expect(text.match(/^ {2}CVE-2026-\d+ /gm)?.length).toBe(50 + 20);
    expect(text).toContain("and 30 more; --format json has them all");
  });
  test("counts what is not held, and lists it where asked", () => {
    const document = scan([], { suppressed: [waived] });
    expect(plain(document)).toContain("not held against it: 1 waived (--show-suppressed lists them)");
    expect(plain(document)).not.toContain("CVE-2026-7");
    expect(plain(document, { showSuppressed: true })).toContain("waived until 2027-01-01: not reachable");
  });
  test("has colours only where they are asked for", () => {
    expect(plain(all)).not.toContain("\u001b");
    expect(renderScan(all, { style: "ansi" })).toContain("\u001b[31m");
  });
});

describe("the verdict and the next step", () => {
  const words = (document: ScanDocument): string => `${verdictWords(document)}; ${nextStep(document)}`;
  test.each([
    [scan([]), "passed: nothing high or worse, nothing known to be exploited; nothing to do"],
    [scan([], { findings: [{ kind: "waiver-unused", message: "" }] }), "mend 1 setting of the gate that is named above"],
    [scan([], { gate: { ...scan([]).gate, passed: false, unjudged: true } }), "refused: nothing in it could be judged, which is no proof"],
    [scan([entry("CVE-1", { refused: "severity" })]), "nothing of it has a fix: waive with a reason"],
    [
      scan([entry("CVE-1", { refused: "severity", fixed: "2", origin: "base" })]),
      "build on a newer base image (docker build --pull), which can mend 1 of 1",
    ],
    [
      scan([entry("CVE-1", { refused: "severity", fixed: "2" })], { report: { tool: "trivy", file: "a" } }),
      "update left 1.0.0 (fixed in 2), which can mend 1 of 1",
    ],
    [
      scan([entry("CVE-1", { refused: "severity", fixed: "2" }), entry("CVE-2", { refused: "severity", fixed: "3" })]),
      "update left 1.0.0 (fixed in 2, 3), which can mend 2 of 2",
    ],
  ])("%#", (document, expected) => {
    expect(words(document)).toContain(expected);
  });
});

describe("SARIF", () => {
  const two = scan([
    entry("CVE-2026-1", {
      refused: "severity",
      packages: [{ purl: "pkg:npm/left@1.0.0", path: "app/a b/package.json", written: { file: "web/Dockerfile", line: 7 } }],
    }),
    entry("CVE-2026-1", { version: "2.0.0" }),
    entry("CVE-2026-2", {
      ...rated("low"),
      advisories: [{ id: "X", cves: [], aliases: [], summary: "see [me](https://evil.example) {0}", url: "no url" }],
    }),
  ]);
  const of = (document: ScanDocument, showSuppressed = false) =>
    JSON.parse(renderScanSarif(document, { tool: "1.2.3", showSuppressed })).runs[0];
  test("one result for each, by rules that are there once", () => {
    const { results, tool } = of(two);
    expect(tool.driver.rules.map(({ id }: { readonly id: string }) => id)).toEqual(["CVE-2026-1", "CVE-2026-2"]);
    expect(
      results.map(({ ruleId, ruleIndex, level }: { readonly ruleId: string; readonly ruleIndex: number; readonly level: string }) => [
        ruleId,
        ruleIndex,
        level,
      ]),
    ).toEqual([
      ["CVE-2026-1", 0, "error"],
      ["CVE-2026-1", 0, "error"],
      ["CVE-2026-2", 1, "note"],
    ]);
    expect(tool.driver.rules[0].properties["security-severity"]).toBe("7.5");
    expect(tool.driver.rules[1].helpUri).toBe("https://osv.dev/vulnerability/CVE-2026-2");
    expect(results[2].message.text).toContain(String.raw`see \[me\](https://evil.example) \{0\}`);
  });
  test("points at the Dockerfile's line where that is known, else at the file in the image", () => {
    const places = of(two).results.map(
      ({ locations }: { readonly locations: readonly { readonly physicalLocation: unknown }[] }) => locations[0]?.physicalLocation,
    );
    expect(places.slice(0, 2)).toEqual([
      { artifactLocation: { uri: "web/Dockerfile" }, region: { startLine: 7 } },
      { artifactLocation: { uri: "app/left/package.json" }, region: { startLine: 1 } },
    ]);
  });
  test("knows a result again after a rebuild, and two of one package apart", () => {
    const prints = (document: ScanDocument): readonly string[] =>
      of(document).results.map(
        (one: { readonly partialFingerprints: Readonly<Record<string, string>> }) => one.partialFingerprints["seaworthy/v1"],
      );
    const rebuilt = scan([
      entry("CVE-2026-1", { version: "1.0.1", packages: [{ purl: "pkg:npm/left@1.0.1", path: "srv/package.json", layerNumber: 9 }] }),
    ]);
    expect(prints(rebuilt)[0]).toBe(prints(two)[0]);
    expect(new Set(prints(two)).size).toBe(3);
  });
  test("has what is waived only where asked, as suppressed", () => {
    const document = scan([], { suppressed: [waived] });
    expect(of(document).results).toEqual([]);
    expect(of(document, true).results[0].suppressions).toEqual([
      { kind: "external", status: "accepted", justification: "waived until 2027-01-01: not reachable" },
    ]);
  });
});

describe("secrets", () => {
  const document = scan([], {
    gate: { ...scan([]).gate, passed: false, refused: 1 },
    secrets: [
      {
        id: "secret:npm-token",
        what: "an npm token",
        isSure: true,
        in: "file",
        path: "root/.npmrc",
        line: 3,
        layerNumber: 2,
        deletedInLayer: 4,
        refused: "severity",
      },
      {
        id: "secret:named",
        what: "looks like one",
        isSure: false,
        in: "environment",
        path: "environment/KEY",
        by: { kind: "waiver", reason: "public", until: "2027-01-01" },
      },
    ],
  });
  test("stand in SARIF at their file and line, and in Markdown among what refuses it", () => {
    const { results, tool } = JSON.parse(renderScanSarif(document, { tool: "1" })).runs[0];
    expect(results).toMatchObject([
      {
        ruleId: "secret:npm-token",
        level: "error",
        message: { text: "an npm token in root/.npmrc. Layer 2; layer 4 deletes the file, and the image still carries it." },
        locations: [{ physicalLocation: { artifactLocation: { uri: "root/.npmrc" }, region: { startLine: 3 } } }],
      },
    ]);
    expect(tool.driver.rules).toMatchObject([{ id: "secret:npm-token", properties: { tags: ["security", "secret"] } }]);
    expect(scanMarkdown(document)).toContain("- an npm token in `root/.npmrc` line 3, layer 2: `secret:npm-token`");
  });
});

describe("an image that is not whole", () => {
  const by = { kind: "waiver", reason: "a test image", until: "2027-01-01" } as const;
  const flaws = [
    { id: "image:not-whole", message: "layer 2 of 3 is missing", refused: true, notes: ["its waiver ended on 2026-01-01"] },
    { id: "image:not-intact", message: "layer 1 of 3 has other bytes", refused: false, by },
  ];
  const document = scan([], { gate: { ...scan([]).gate, passed: false }, flaws });
  test("is refused in words, with what to do", () => {
    expect(verdictWords(document)).toBe("refused: the image is not whole");
    expect(nextStep(document)).toMatch(/^save the image again/);
    const both = scan([entry("CVE-1", { refused: "severity" })], { flaws: flaws.map((flaw) => ({ ...flaw, refused: true })) });
    expect(verdictWords(both)).toBe("refused: 1 high; the image is not whole and not intact");
    expect(verdictWords(scan([], { flaws: flaws.slice(1) }))).toMatch(/^passed/);
  });
  test("is told in every form", () => {
    const text = plain(document);
    expect(text).toContain("image:not-whole: layer 2 of 3 is missing (its waiver ended on 2026-01-01)\n");
    expect(text).toContain("image:not-intact: layer 1 of 3 has other bytes (waived until 2027-01-01: a test image)\n");
    expect(scanMarkdown(document)).toContain("The image itself:");
    const { results, tool } = JSON.parse(renderScanSarif(document, { tool: "1", showSuppressed: true })).runs[0];
    expect(results).toMatchObject([
      { ruleId: "image:not-whole", ruleIndex: 0, level: "error", properties: { refused: true } },
      { ruleId: "image:not-intact", ruleIndex: 1, suppressions: [{ justification: "waived until 2027-01-01: a test image" }] },
    ]);
    expect(tool.driver.rules.map(({ id }: { readonly id: string }) => id)).toEqual(["image:not-whole", "image:not-intact"]);
    expect(JSON.parse(renderScanSarif(document, { tool: "1" })).runs[0].results).toHaveLength(1);
    expect(JSON.parse(renderScanCycloneDx(document, { tool: "1" })).properties).toEqual([
      { name: "seaworthy:image:not-whole", value: "layer 2 of 3 is missing" },
      { name: "seaworthy:image:not-intact", value: "layer 1 of 3 has other bytes" },
    ]);
  });
});

describe("CycloneDX", () => {
  const document = scan(
    [
      entry("CVE-2026-1", { fixed: "1.1.0", refused: "severity" }),
      entry("CVE-2026-7", { packages: [{ purl: "pkg:npm/right@1.0.0", path: "" }] }),
    ],
    {
      suppressed: [
        waived,
        {
          ...entry("CVE-2026-8"),
          by: {
            kind: "vex",
            status: "not_affected",
            justification: "vulnerable_code_not_in_execute_path",
            author: "Acme",
            place: "a.json:1:1",
          },
        },
        { ...entry("CVE-2026-9"), by: { kind: "vex", status: "fixed", author: "Acme", place: "a.json:1:1" } },
        { ...entry("CVE-2026-10"), by: { kind: "baseline" } },
      ],
    },
  );
  test("tells what is said of each, and refers to components that are there", () => {
    const bom = JSON.parse(renderScanCycloneDx(document, { tool: "1" }));
    const refs = bom.components.map((one: Readonly<Record<string, unknown>>) => one["bom-ref"]);
    expect(refs).toEqual(["pkg:npm/left@1.0.0", "pkg:npm/right@1.0.0"]);
    expect(bom.vulnerabilities.map((one: Readonly<Record<string, unknown>>) => [one["bom-ref"], one["analysis"]])).toEqual([
      ["CVE-2026-1/left@1.0.0", undefined],
      ["CVE-2026-7/left@1.0.0", undefined],
      ["CVE-2026-7/left@1.0.0#2", { state: "exploitable", response: ["will_not_fix"], detail: "waived until 2027-01-01: not reachable" }],
      ["CVE-2026-8/left@1.0.0", { state: "not_affected", justification: "code_not_reachable", detail: expect.any(String) }],
      ["CVE-2026-9/left@1.0.0", { state: "resolved", detail: "fixed by Acme" }],
      ["CVE-2026-10/left@1.0.0", { state: "in_triage", detail: "in the baseline" }],
    ]);
  });
  test("is the same for the same scan", () => {
    expect(renderScanCycloneDx(document, { tool: "1" })).toBe(renderScanCycloneDx(document, { tool: "1" }));
  });
});

describe("Markdown", () => {
  test("what refuses it stands open, the rest is folded away", () => {
    const text = scanMarkdown(
      scan([entry("CVE-2026-1", { refused: "severity" }), entry("CVE-2026-2", rated("low"))], { suppressed: [waived] }),
    );
    expect(text).toMatch(/^### Refused: `ghcr\.io\/acme\/web:1\.2`\n/);
    expect(text.indexOf("CVE-2026-1")).toBeLessThan(text.indexOf("<details>"));
    expect(text.indexOf("`CVE-2026-2`")).toBeGreaterThan(text.indexOf("<details>"));
  });
  test("names stay words: no markup, no mention, no link, no cell, no end of a code span", () => {
    const hostile = "](https://evil.example) <img src=x> @everyone `x` | y\n\n# big www.evil.example **b**";
    const text = scanMarkdown(
      scan(
        [
          entry("CVE-2026-1", {
            refused: "severity",
            name: "a`|<script>",
            advisories: [{ id: "X", cves: [], aliases: [], summary: hostile }],
          }),
        ],
        {
          image: "web`\n# x",
          blindSpots: ["</details><b>"],
        },
      ),
    );
    expect(text).not.toMatch(/<img|<script>(?!\|?`)|@everyone|https:\/\/evil|(?<!\\)\*\*b|^# |<b>|www\.evil/m);
    const row = text.split("\n").find((line) => line.includes("CVE-2026-1")) ?? "";
    expect(row.replaceAll(String.raw`\|`, "").match(/\|/g)).toHaveLength(8);
    expect(text).toContain("`a'\\|<script>`");
  });
  test("is no longer than a comment may be", () => {
    const many = Array.from({ length: 3000 }, (_, at) =>
      entry(`CVE-2026-${at}`, { refused: "severity", name: "n".repeat(400), version: "v".repeat(400) }),
    );
    const text = scanMarkdown(scan(many, { blindSpots: Array.from({ length: 1000 }, () => "b".repeat(400)) }));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain("and 2950 more.");
  });
});

test("JSON is cleaned of what terminals act on", () => {
  expect(renderScanJson(scan([], { image: "a\u001b[31mb" }))).toContain('"a\u{FFFD}[31mb"');
});
