import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Said, seaworthy } from "./test-data/run.ts";

const folder = mkdtempSync(join(tmpdir(), "seaworthy-scan-gate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const IMAGE = join(import.meta.dirname, "../../../shared/scan/fixtures/images/trivy-alpine-310.tar.gz");

const run = (args: readonly string[], cwd = folder): Promise<Said> =>
  seaworthy(args, { cwd, env: { XDG_CACHE_HOME: join(folder, "cache"), SOURCE_DATE_EPOCH: "1760000000" } });
const settings = (name: string, text: string): string => {
  const at = join(folder, name);
  mkdirSync(join(at, ".git"), { recursive: true });
  writeFileSync(join(at, ".seaworthy.yaml"), text);
  return at;
};

interface Told {
  readonly id: string;
  readonly name: string;
  readonly notes?: readonly string[];
}
interface Document {
  readonly gate: { readonly passed: boolean; readonly refused: number };
  readonly vulnerabilities: readonly Told[];
  readonly suppressed: readonly (Told & { readonly by: { readonly kind: string } })[];
  readonly findings: readonly { readonly kind: string; readonly place?: string }[];
}
const parsed = ({ out }: Said): Document => JSON.parse(out);

describe.skipIf(!existsSync(IMAGE))("Alpine 3.10 as its archive has it (../shared/scan is absent where this is skipped)", () => {
  const scan = (args: readonly string[], cwd = folder): Promise<Said> => run(["scan", IMAGE, "--fail", "low", ...args], cwd);
  let all: Document;
  beforeAll(async () => {
    writeFileSync(
      join(folder, "alpine.jsonl"),
      [
        ["CVE-2020-1967", "openssl", "1.1.1g-r0"],
        ["CVE-2020-1971", "openssl", "1.1.1i-r0"],
        ["CVE-2020-28928", "musl", undefined],
        ["CVE-2021-28831", "busybox", "1.30.1-r5"],
      ]
        .map(([id, name, fixed]) =>
          JSON.stringify({
            id: `ALPINE-${id}`,
            upstream: [id],
            severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" }],
            affected: [
              {
                package: { ecosystem: "Alpine:v3.10", name },
                ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, ...(fixed === undefined ? [] : [{ fixed }])] }],
              },
            ],
          }),
        )
        .join("\n"),
    );
    expect((await run(["db", "build", "alpine.jsonl"])).exit).toBe(0);
    const said = await scan(["--json"]);
    expect([said.exit, said.err]).toEqual([1, ""]);
    all = parsed(said);
  }, 120_000);

  test("is refused, and says what to do next", async () => {
    expect(all.gate.refused).toBe(4);
    const { exit, out } = await scan([]);
    expect(exit).toBe(1);
    expect(out).toMatch(/^refused: \d+ high/m);
    expect(out).toContain("next: ");
  });
  test("a baseline lets it pass, and holds what is new to it", async () => {
    expect((await scan(["--write-baseline", "base.json"])).exit).toBe(0);
    expect((await scan(["--baseline", "base.json"])).exit).toBe(0);
    const { schema, entries }: { readonly schema: string; readonly entries: readonly object[] } = JSON.parse(
      readFileSync(join(folder, "base.json"), "utf8"),
    );
    writeFileSync(join(folder, "less.json"), JSON.stringify({ schema, entries: entries.slice(1) }));
    const { exit, out } = await scan(["--baseline", "less.json", "--json"]);
    expect([exit, JSON.parse(out).gate.refused]).toEqual([1, 1]);
    expect((await scan(["--write-baseline", "less.json"])).out).toContain("1 not taken in: --accept-new does that");
    expect((await scan(["--write-baseline", "less.json", "--accept-new"])).exit).toBe(0);
  });
  test("waivers of the settings hold, end and match nothing; what they say is written as VEX, which excuses the same", async () => {
    const [one, other] = all.vulnerabilities;
    const at = settings(
      "waived",
      `scan:\n  waive:\n    - {id: ${one?.id}, package: ${one?.name}, reason: never called, until: 2999-01-01, justification: vulnerable_code_not_present}\n    - {id: ${other?.id}, reason: soon, until: 2020-01-01}\n    - {id: CVE-1999-0001, reason: gone, until: 2999-01-01}\n`,
    );
    const { suppressed, findings, vulnerabilities } = parsed(await scan(["--json", "--write-vex", "v.json", "--vex-author", "Acme"], at));
    expect(suppressed).toMatchObject([{ id: one?.id, by: { kind: "waiver" } }]);
    expect(findings).toMatchObject([
      { kind: "waiver-expired", place: expect.stringMatching(/\.seaworthy\.yaml:4:7$/) },
      { kind: "waiver-unused", place: expect.stringMatching(/\.seaworthy\.yaml:5:7$/) },
    ]);
    expect(vulnerabilities.find(({ id }) => id === other?.id)?.notes).toEqual(["its waiver ended on 2020-01-01"]);
    const again = parsed(await run(["scan", IMAGE, "--json", "--vex", join(at, "v.json")]));
    expect(again.suppressed).toMatchObject([{ id: one?.id, by: { kind: "vex", status: "not_affected", author: "Acme" } }]);
  });
  test("as SARIF, CycloneDX and Markdown, to a file that is whole", async () => {
    for (const format of ["sarif", "cyclonedx", "markdown"]) {
      const { exit, out } = await scan(["--format", format, "--output", `out.${format}`]);
      expect([exit, out]).toEqual([1, expect.stringContaining(`wrote out.${format}`)]);
    }
    const read = (name: string): string => readFileSync(join(folder, name), "utf8");
    expect(JSON.parse(read("out.sarif")).runs[0].results).toHaveLength(all.vulnerabilities.length);
    const bom = JSON.parse(read("out.cyclonedx"));
    const refs = new Set(bom.components.map((component: Readonly<Record<string, unknown>>) => component["bom-ref"]));
    expect(
      bom.vulnerabilities
        .flatMap(({ affects }: { readonly affects: readonly { readonly ref: string }[] }) => affects)
        .filter(({ ref }: { readonly ref: string }) => !refs.has(ref)),
    ).toEqual([]);
    expect(bom.vulnerabilities).toHaveLength(all.vulnerabilities.length);
    expect(read("out.markdown")).toContain("### Refused: ");
  });
});

describe("a report of Trivy", () => {
  const report = {
    SchemaVersion: 2,
    ArtifactName: "acme/web:1",
    Results: [
      {
        Target: "app",
        Class: "lang-pkgs",
        Type: "gobinary",
        Vulnerabilities: [
          {
            VulnerabilityID: "CVE-2024-24790",
            PkgName: "stdlib",
            InstalledVersion: "v1.20.1",
            FixedVersion: "1.21.11",
            Status: "fixed",
            Severity: "CRITICAL",
          },
        ],
      },
    ],
  };
  test("is judged without a database, by the settings of the folder", async () => {
    writeFileSync(join(folder, "trivy.json"), JSON.stringify(report));
    const { exit, out } = await run(["scan", "--from", "trivy.json", "--db", "none"]);
    expect([exit, out]).toEqual([1, expect.stringContaining("refused: 1 critical; next: update stdlib v1.20.1 (fixed in 1.21.11)")]);
    const at = settings("from", "scan: {waive: [{id: CVE-2024-24790, reason: r, until: 2999-01-01}]}\n");
    expect((await run(["scan", "--from", join(folder, "trivy.json"), "--db", "none"], at)).exit).toBe(0);
  });
  test("is judged as the image of the service that is said, and by the settings of the environment", async () => {
    const path = join(folder, "service.json");
    writeFileSync(path, JSON.stringify({ ...report, ArtifactName: "elsewhere.tar" }));
    const cwd = join(folder, "shop");
    mkdirSync(join(cwd, ".git"), { recursive: true });
    const services = "services:\n  web: {image: acme/web}\n  db: {image: acme/db}\n";
    const waiver = "{id: CVE-2024-24790, service: web, reason: r, until: 2999-01-01}";
    writeFileSync(join(cwd, "compose.yaml"), `${services}x-seaworthy: {scan: {waive: [${waiver}]}}\n`);
    writeFileSync(
      join(cwd, "compose.staging.yaml"),
      "x-seaworthy: {policy: {scan: {onlyFixed: true, fail: critical}}, scan: {waive: []}}\n",
    );
    writeFileSync(join(cwd, "compose.loose.yaml"), `x-seaworthy: {scan: {waive: [${waiver.replace("web", "db")}]}}\n`);
    const scan = (...args: readonly string[]): Promise<Said> => run(["scan", "--from", path, "--db", "none", ...args], cwd);
    expect(await scan()).toMatchObject({ exit: 1, out: expect.stringContaining("(--service says whose it is)") });
    expect((await scan("--service", "web")).exit).toBe(0);
    expect((await scan("--service", "db")).exit).toBe(1);
    expect((await scan("--service", "db", "--env", "loose")).exit).toBe(0);
    expect((await scan("--service", "web", "--env", "staging")).exit).toBe(0);
    expect(await scan("--service", "wbe")).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/no such service here[^]*There are web, db\./),
    });
    expect(await scan("--env", "prod")).toMatchObject({ exit: 2, err: expect.stringContaining("the environment prod has no file") });
    expect(await run(["scan", "--service", "web"], cwd)).toMatchObject({ exit: 2, err: expect.stringContaining("name it") });
    const alone = settings("alone", `scan: {waive: [${waiver}]}\n`);
    expect((await run(["scan", "--from", path, "--db", "none", "--service", "web"], alone)).exit).toBe(0);
    expect((await run(["scan", "--from", path, "--db", "none", "--service", "db"], alone)).exit).toBe(2);
  });
});

describe("what is wrong is told at its place, and nothing is judged", () => {
  test.each([
    ["scan:\n  waive:\n    - id: CVE-2026-1\n      reason: x\n", [], ".seaworthy.yaml:3:7: x-seaworthy.scan.waive.0.until: missing"],
    ["scan: {waive: [{id: CVE-2026-1, until: 2027-01-01}]}\n", [], "reason: missing"],
    ["policy: {scan: {fial: high}}\n", [], "fail"],
    ["scan: {fail: high}\n", [], "x-seaworthy.scan"],
    ["scan: {vex: [no.json]}\n", [], "no.json"],
    ["scan: {}\n", ["--vex", "bad.json"], "bad.json:2:3: this is no JSON"],
    ["scan: {}\n", ["--baseline", "bad.json"], "bad.json:2:3: this is no JSON"],
    ["scan: {}\n", ["--from", "bad.json"], "bad.json:2:3: this is no JSON"],
    ["scan: {}\n", ["--from", "-", "--why", "x"], "--why looks into the image"],
    ["scan: {}\n", ["--from", "bad.json", "--accept-new"], "--write-baseline"],
    ["scan: {}\n", ["--from", "bad.json", "--json", "--format", "sarif"], "give one"],
    ["scan: {}\n", ["--format", "sarif"], "--format sarif is for one image: name it"],
    ["scan: {}\n", ["--write-vex", "v.json"], "--write-vex is for one image: name it"],
  ])("%j %j", async (text, args, message) => {
    const at = settings("wrong", text);
    writeFileSync(join(at, "bad.json"), '{"a": 1,\n  oops}');
    const image = args.includes("--from") || message.endsWith("name it") ? [] : ["image.tar"];
    const { exit, err } = await run(["scan", ...image, ...args], at);
    expect([exit, err]).toEqual([2, expect.stringContaining(message)]);
  });
});

const FLAWED = join(import.meta.dirname, "../../../shared/scan/fixtures/images/snyk-oci-archives__alpine-3.12.0.tar.gz");

describe.skipIf(!existsSync(FLAWED))("an archive whose layer is another one (../shared/scan is absent where this is skipped)", () => {
  const db = join(folder, "musl.db");
  const scan = (args: readonly string[], cwd = folder): Promise<Said> => run(["scan", FLAWED, "--db", db, ...args], cwd);
  beforeAll(async () => {
    const affected = [
      {
        package: { ecosystem: "Alpine:v3.12", name: "musl" },
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "1.0" }] }],
      },
    ];
    writeFileSync(join(folder, "musl.json"), JSON.stringify({ id: "ALPINE-CVE-1", affected }));
    expect((await run(["db", "build", "musl.json", "--db", db])).exit).toBe(0);
  }, 120_000);

  test("is refused though nothing is known against its packages, twice the same", async () => {
    for (const flags of [[], ["--no-cache"], []]) {
      const { exit, out } = await scan(["--json", ...flags]);
      expect([exit, JSON.parse(out)]).toMatchObject([
        1,
        {
          gate: { passed: false, refused: 0, unjudged: false },
          flaws: [{ id: "image:not-intact", refused: true, message: expect.stringContaining("has 6165 bytes; its manifest says 2797541") }],
          blindSpots: [],
        },
      ]);
    }
    const { exit, out, err } = await scan([]);
    expect([exit, err]).toEqual([1, expect.stringContaining("the image is not intact")]);
    expect(out).toMatch(/^refused: the image is not intact; next: save the image again/m);
  });
  test("is waived by name, and a baseline is not written of it", async () => {
    const cwd = settings(
      "intact",
      "scan:\n  waive:\n    - {id: image:not-intact, reason: a layer was made smaller for tests, until: 2999-01-01}\n",
    );
    const { exit, out } = await scan(["--json"], cwd);
    expect([exit, parsed({ exit, out, err: "" })]).toMatchObject([
      0,
      { findings: [], flaws: [{ refused: false, by: { kind: "waiver" } }] },
    ]);
    expect(await scan(["--write-baseline", "none.json"])).toMatchObject({
      exit: 2,
      err: expect.stringContaining("no baseline is written"),
    });
    expect(existsSync(join(folder, "none.json"))).toBe(false);
  });
  test("says so in the documents of sbom", async () => {
    const bom: unknown = JSON.parse((await run(["sbom", FLAWED, "--format", "cyclonedx"])).out);
    expect(bom).toMatchObject({ properties: [{ name: "seaworthy:image:not-intact" }] });
    const { packages } = JSON.parse((await run(["sbom", FLAWED, "--format", "spdx"])).out) as { readonly packages: readonly object[] };
    expect(packages[0]).toMatchObject({ comment: expect.stringContaining("the image is not intact: layer 1 of 1") });
  });
});
