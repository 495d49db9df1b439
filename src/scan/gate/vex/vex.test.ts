import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { found, scanned, vulnerability } from "../gate.fixture.ts";
import { DEFAULT_GATE, judge } from "../judge.ts";
import type { GatePackage, GateSubject } from "../subject.ts";
import { readVex } from "./read.ts";
import type { VexStatement } from "./statement.ts";

const folder = mkdtempSync(join(tmpdir(), "seaworthy-vex-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NS = "https://openvex.dev/ns/v0.2.0";
const read = (document: unknown): readonly VexStatement[] => {
  writeFileSync(join(folder, "a.json"), typeof document === "string" ? document : JSON.stringify(document, undefined, 2));
  return readVex("a.json", folder);
};
const open = (statements: readonly object[], rest: object = {}): unknown => ({
  "@context": NS,
  "@id": "https://acme.example/vex/1",
  author: "Acme",
  timestamp: "2026-01-01T00:00:00Z",
  version: 1,
  statements,
  ...rest,
});
const harmless = { status: "not_affected", justification: "vulnerable_code_not_in_execute_path" };
const DIGEST = `sha256:${"a".repeat(64)}`;
const OTHER = `sha256:${"b".repeat(64)}`;
const left = found("pkg:npm/left@1.0.0");

interface Held {
  readonly one?: GatePackage;
  readonly subject?: GateSubject;
  readonly packages?: readonly GatePackage[];
}

/** Whether the statement excuses the package; else what is said of it. */
const excuses = (statement: object, { one = left, subject, packages }: Held = {}): true | readonly string[] => {
  const vex = read(open([{ vulnerability: { name: "CVE-2026-1" }, ...harmless, ...statement }]));
  const changes = { ...(subject === undefined ? {} : { subject }), ...(packages === undefined ? {} : { packages }) };
  const verdict = judge(scanned([vulnerability("CVE-2026-1", [one])], changes), { ...DEFAULT_GATE, vex }, 0);
  return verdict.passed ? true : verdict.open.flatMap(({ notes }) => notes);
};
const called = (...names: readonly string[]): GateSubject => ({ names, digests: [DIGEST] });

describe("a product that is the image", () => {
  const hub = called("nginx:1.25");
  test.each([
    "pkg:oci/nginx",
    `pkg:oci/nginx@${DIGEST}`,
    `pkg:oci/nginx@${DIGEST.replace(":", "%3A")}`,
    "pkg:oci/nginx?repository_url=docker.io/library/nginx",
    "pkg:oci/nginx?repository_url=index.docker.io/library/nginx",
    "pkg:oci/nginx?repository_url=index.docker.io%2Flibrary%2Fnginx",
    "pkg:oci/nginx?repository_url=https://registry-1.docker.io/library/nginx/",
    "pkg:oci/nginx?repository_url=docker.io/library",
    "pkg:oci/nginx?repository_url=docker.io/nginx&tag=1.25",
    "pkg:oci/nginx?tag=1.25",
    "pkg:oci/nginx@1.25",
    "pkg:oci/nginx@1.25?arch=amd64",
    "pkg://oci/NGINX",
    "pkg:docker/nginx@1.25",
    "pkg:docker/library/nginx",
    "pkg:docker/nginx?repository_url=docker.io",
    "pkg:generic/nginx@1.25",
    "nginx:1.25",
    "docker.io/library/nginx",
    "index.docker.io/library/nginx:1.25",
    // The same bytes under another name.
    `pkg:oci/mirrored@${DIGEST}?repository_url=ghcr.io/acme/mirrored`,
  ])("%s is nginx:1.25", (id) => {
    expect(excuses({ products: [{ "@id": id }] }, { subject: hub })).toBe(true);
  });
  test.each([
    ["pkg:oci/caddy", "its product is pkg:oci/caddy, and this is nginx:1.25"],
    ["pkg:oci/nginx?repository_url=ghcr.io/acme/nginx", "and this is nginx:1.25"],
    [`pkg:oci/nginx@${OTHER}`, `it is of ${OTHER}, and this image is ${DIGEST}`],
    ["pkg:oci/nginx?tag=1.26", "it is of the tag 1.26, and this image is 1.25"],
    ["nginx:1.26", "it is of the tag 1.26"],
    ["pkg:npm/right", "its product pkg:npm/right is not in this image"],
    ["https://acme.example/products/nginx", "is not in this image"],
  ])("%s is not", (id, because) => {
    expect(excuses({ products: [{ "@id": id }] }, { subject: hub })).toEqual([expect.stringContaining(because)]);
  });
  test("by a hash", () => {
    expect(excuses({ products: [{ "@id": "https://acme.example/web", hashes: { "sha-256": "A".repeat(64) } }] })).toBe(true);
  });
  test("with a port, by tag and digest", () => {
    const subject = called("localhost:5000/acme/web:v1");
    expect(excuses({ products: [{ "@id": "pkg:oci/web?repository_url=localhost:5000/acme/web&tag=v1" }] }, { subject })).toBe(true);
    expect(excuses({ products: [{ "@id": "pkg:oci/web?repository_url=localhost:5001/acme/web" }] }, { subject })).not.toBe(true);
  });
  test("where the digest is not known a digest cannot be held against it", () => {
    expect(excuses({ products: [{ "@id": `pkg:oci/web@${OTHER}` }] }, { subject: { names: ["acme/web"], digests: [] } })).toEqual([
      expect.stringContaining("the digest of this image is not known"),
    ]);
  });
});

describe("subcomponents", () => {
  const deb = found("pkg:deb/debian/libssl3@3.0.1-1?arch=amd64&distro=debian-12", {
    source: { name: "openssl", version: "3.0.1-1" },
    path: "var/lib/dpkg/status",
  });
  const go = found("pkg:golang/helm.sh/helm/v3@v3.1.0", { name: "helm.sh/helm/v3", path: "usr/bin/app" });
  const web = "pkg:oci/web";
  test.each([
    ["pkg:npm/left", left],
    ["pkg:npm/left@1.0.0", left],
    ["left", left],
    ["pkg:deb/debian/libssl3", deb],
    ["pkg:deb/libssl3@3.0.1-1", deb],
    ["pkg:deb/debian/openssl@3.0.1-1?arch=amd64", deb],
    ["pkg:deb/debian/libssl3?distro=debian-12.5", deb],
    ["pkg:deb/debian/libssl3?distro=12", deb],
    ["pkg:golang/helm.sh/helm/v3", go],
    ["pkg:golang/helm.sh/helm/v3@3.1.0", go],
    ["pkg:golang/helm.sh/helm%2Fv3@v3.1.0#pkg/action", go],
  ])("%s is met", (id, one) => {
    expect(excuses({ products: [{ "@id": web, subcomponents: [{ "@id": id }] }] }, { one })).toBe(true);
  });
  test.each([
    ["pkg:npm/left@2.0.0", left, "it speaks of pkg:npm/left@2.0.0, and this is pkg:npm/left@1.0.0"],
    ["pkg:npm/right", left, "not of pkg:npm/left@1.0.0"],
    ["pkg:npm/%40acme/left", left, "not of"],
    ["pkg:deb/debian/libssl3?arch=arm64", deb, "it speaks of"],
    ["pkg:deb/debian/libssl3?distro=debian-11", deb, "it speaks of"],
    ["pkg:deb/ubuntu/libssl3", deb, "not of"],
    ["cpe:2.3:a:left:left:1.0.0:*:*:*:*:*:*:*", left, "not of"],
  ])("%s is not", (id, one, because) => {
    expect(excuses({ products: [{ "@id": web, subcomponents: [{ "@id": id }] }] }, { one })).toEqual([expect.stringContaining(because)]);
  });
  test("one of several, and as identifiers", () => {
    const subcomponents = [{ "@id": "pkg:npm/right" }, { identifiers: { cpe23: "cpe:2.3:a:left", purl: "pkg:npm/left" } }];
    expect(excuses({ products: [{ "@id": web, subcomponents }] })).toBe(true);
  });
});

describe("a product that is a package", () => {
  const module = found("pkg:golang/github.com/acme/app@v1.0.0", { name: "github.com/acme/app", path: "usr/bin/app" });
  const inside = found("pkg:golang/helm.sh/helm/v3@v3.1.0", { name: "helm.sh/helm/v3", path: "usr/bin/app" });
  const elsewhere = { ...inside, path: "usr/bin/other" };
  const product = { "@id": "pkg:golang/github.com/acme/app", subcomponents: [{ "@id": "pkg:golang/helm.sh/helm/v3" }] };
  test("is the one that has the vulnerability", () => {
    expect(excuses({ products: [{ "@id": "pkg:npm/left@1.0.0" }] })).toBe(true);
    expect(excuses({ products: [{ "@id": "pkg:npm/left@1.1.0" }] })).toEqual([expect.stringContaining("pkg:npm/left@1.1.0")]);
  });
  test("has what is in the same program, and nothing elsewhere", () => {
    const packages = [module, inside, elsewhere];
    expect(excuses({ products: [product] }, { one: inside, packages })).toBe(true);
    expect(excuses({ products: [product] }, { one: elsewhere, packages })).toEqual([
      expect.stringContaining("usr/bin/other is no part of it"),
    ]);
    expect(excuses({ products: [product] }, { one: inside, packages: [inside] })).toEqual([
      expect.stringContaining("is not in this image"),
    ]);
  });
  test("has what is installed below it", () => {
    const app = found("pkg:npm/shop@1.0.0", { path: "srv/package.json" });
    const packages = [app, { ...left, path: "srv/node_modules/left/package.json" }];
    const one = packages[1] ?? left;
    expect(excuses({ products: [{ "@id": "pkg:npm/shop", subcomponents: [{ "@id": "pkg:npm/left" }] }] }, { one, packages })).toBe(true);
  });
});

describe("what a document says", () => {
  test("names, aliases and addresses of a vulnerability", () => {
    const [one] = read(
      open([
        {
          vulnerability: { name: "https://x.example/CVE-2026-1", aliases: ["ghsa-1"] },
          products: ["a"],
          status: "affected",
          action_statement: "wait",
        },
      ]),
    );
    expect(one).toMatchObject({ ids: ["CVE-2026-1", "GHSA-1"], status: "affected", words: "wait", author: "Acme", place: "a.json:8:5" });
  });
  test("0.0.1: everything is text, subcomponents are the statement's", () => {
    const vex = read({
      "@context": "https://openvex.dev/ns",
      author: "Acme",
      timestamp: "2023-01-01T00:00:00Z",
      version: "1",
      statements: [
        {
          vulnerability: "CVE-2026-1",
          products: ["pkg:oci/web"],
          subcomponents: ["pkg:npm/left"],
          status: "not_affected",
          justification: "component_not_present",
        },
      ],
    });
    expect(vex).toMatchObject([{ products: [{ ids: ["pkg:oci/web"], subcomponents: [{ ids: ["pkg:npm/left"] }] }], versions: [0, 1] }]);
  });
  test("times are the statement's, else the document's; the last change counts", () => {
    const at = (statement: object): number | undefined =>
      read(open([{ vulnerability: "CVE-1", products: ["a"], status: "fixed", ...statement }]))[0]?.at;
    expect(at({})).toBe(Date.parse("2026-01-01T00:00:00Z"));
    expect(at({ timestamp: "2025-01-01T00:00:00+02:00" })).toBe(Date.parse("2024-12-31T22:00:00Z"));
    expect(at({ timestamp: "2025-01-01T00:00:00Z", last_updated: "2025-02-01T00:00:00Z" })).toBe(Date.parse("2025-02-01T00:00:00Z"));
  });
  test.each([
    [{ status: "not_affected" }, "without a justification"],
    [{ status: "not_affected", justification: "because" }, '"because" is none of'],
    [{ status: "harmless" }, '"harmless" is none of'],
    [{ ...harmless, products: [] }, "it names no product"],
    [{ ...harmless, vulnerability: { name: "" } }, "it names no vulnerability"],
  ])("%j counts for nothing, and says why", (statement, because) => {
    const [one] = read(open([{ vulnerability: "CVE-1", products: ["a"], ...statement }]));
    expect(one?.invalid).toContain(because);
  });
  test("an impact statement is reason enough", () => {
    expect(read(open([{ vulnerability: "CVE-1", products: ["a"], status: "not_affected", impact_statement: "dead code" }]))).toMatchObject([
      { words: "dead code" },
    ]);
  });
  test("an attestation's subjects are the products of what names none", () => {
    const vex = read({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: "ghcr.io/acme/web", digest: { sha256: "a".repeat(64) } }],
      predicateType: NS,
      predicate: open([{ vulnerability: "CVE-2026-1", ...harmless }]),
    });
    const verdict = judge(scanned([vulnerability("CVE-2026-1", [left])]), { ...DEFAULT_GATE, vex }, 0);
    expect(verdict.passed).toBe(true);
  });
});

describe("CycloneDX", () => {
  const bom = (analysis: object, affects: readonly string[] = ["left"]): unknown => ({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 2,
    metadata: { timestamp: "2026-01-01T00:00:00Z", component: { "bom-ref": "web", name: "web", purl: "pkg:oci/web" } },
    components: [{ "bom-ref": "left", name: "left", purl: "pkg:npm/left@1.0.0" }],
    vulnerabilities: [{ id: "CVE-2026-1", references: [{ id: "GHSA-1" }], analysis, affects: affects.map((ref) => ({ ref })) }],
  });
  const passes = (document: unknown): boolean =>
    judge(scanned([vulnerability("CVE-2026-1", [left])]), { ...DEFAULT_GATE, vex: read(document) }, 0).passed;
  test.each([
    [{ state: "not_affected", justification: "code_not_reachable" }, ["left"], true],
    [{ state: "not_affected", detail: "dead code" }, ["web"], true],
    [{ state: "false_positive" }, ["urn:cdx:1234/1#left"], true],
    [{ state: "resolved" }, ["pkg:npm/left"], true],
    [{ state: "exploitable" }, ["left"], false],
    [{ state: "in_triage" }, ["left"], false],
    [{ state: "not_affected" }, ["left"], false],
    [{ state: "not_affected", justification: "code_not_reachable" }, ["pkg:npm/right"], false],
  ])("%j of %j: %s", (analysis, affects, expected) => {
    expect(passes(bom(analysis, affects))).toBe(expected);
  });

  const harmless = { state: "not_affected", justification: "code_not_reachable" };
  const document = (affects: object, components: readonly object[], component?: object): unknown => ({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    ...(component === undefined ? {} : { metadata: { component } }),
    components,
    vulnerabilities: [{ id: "CVE-2026-1", analysis: harmless, affects: [affects] }],
  });
  const anyLeft = { "bom-ref": "left", name: "left", purl: "pkg:npm/left?a=b" };
  test.each([
    ["of another version", { ref: "left", versions: [{ version: "0.9.0", status: "affected" }] }, false],
    ["of this version", { ref: "left", versions: [{ version: "0.9.0" }, { version: "1.0.0" }] }, true],
    ["of this version, which it says is affected", { ref: "left", versions: [{ version: "1.0.0", status: "affected" }] }, false],
    ["of this version, which it says is not affected", { ref: "left", versions: [{ version: "1.0.0", status: "unaffected" }] }, true],
    ["of a range, which is not read", { ref: "left", versions: [{ range: "vers:npm/<2.0.0" }] }, false],
  ])("%s", (_, affects, expected) => {
    expect(passes(document(affects, [anyLeft]))).toBe(expected);
  });
  test("of components within components, and of a container by its name", () => {
    const within = [{ "bom-ref": "app", name: "app", components: [{ name: "x", components: [anyLeft] }] }];
    expect(passes(document({ ref: "left" }, within))).toBe(true);
    expect(passes(document({ ref: "own" }, [], { "bom-ref": "own", type: "container", name: "billing", version: "9" }))).toBe(false);
    expect(passes(document({ ref: "own" }, [], { "bom-ref": "own", type: "container", name: "web" }))).toBe(true);
  });
});

describe("what is no VEX document", () => {
  test.each([
    ["", "a.json:1:1: the file is empty"],
    ['{"@context": "https://openvex.dev/ns",\n  oops}', "a.json:2:3: this is no JSON"],
    ["{", "a.json:1:2: it ends too early"],
    ["[]", "a.json:1:1: this is neither OpenVEX"],
    ["{}", "neither OpenVEX"],
    ['{"@context": "https://openvex.dev/ns/v1.0.0"}', "a.json:1:14: https://openvex.dev/ns/v1.0.0 is read up to version 0.2.0"],
    [
      '{"@context": "https://openvex.dev/ns",\n "statements": [{"vulnerability": 7, "status": "fixed"}]}',
      "a.json:2:35: statements[0].vulnerability: expected a vulnerability",
    ],
    ['{"@context": "https://openvex.dev/ns",\n "statements": {}}', "a.json:2:16: statements: expected a list of statements"],
  ])("%j", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

const HUB = join(import.meta.dirname, "../../../../../shared/scan/vex/vexhub.jsonl.gz");

describe.skipIf(!existsSync(HUB))("the documents of a hub (../shared/scan is absent where this is skipped)", () => {
  test("all 59 are read, with all statements, and none is without effect", () => {
    const lines = gunzipSync(readFileSync(HUB)).toString("utf8").trim().split("\n");
    const statements = lines.flatMap((line) => {
      const { doc }: { readonly doc: unknown } = JSON.parse(line);
      return read(doc);
    });
    expect([lines.length, statements.length]).toEqual([59, 15_304]);
    expect(statements.filter(({ invalid, at }) => invalid !== undefined || at === 0)).toEqual([]);
  });
});
