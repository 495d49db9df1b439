import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { findingsReference, findingsSchema } from "../script/docs.d/findings-schema.ts";
import { scanReference, scanSchema } from "../script/docs.d/scan-schema.ts";
import { composeExtensionSchema, settingsFileSchema } from "../script/docs.d/settings-schema.ts";
import { EXAMPLE } from "../script/docs.d/settings.ts";
import { seaworthy } from "../src/cli/test-data/run.ts";
import { readProject, readSettings } from "../src/project/index.ts";
import { violations } from "./json-schema.ts";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "seaworthy-schemas-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const compose = composeExtensionSchema();
const settings = settingsFileSchema();

describe("every example of settings in the documentation fits its schema", () => {
  const pages = ["README.md", ...globSync("docs/**/*.md", { cwd: root, exclude: ["docs/reference/rules/**"] })];
  const blocks = pages.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = ""]) => [page, text] as const),
  );
  const withSettings = [["settings.ts", EXAMPLE] as const, ...blocks].filter(([, text]) => /x-seaworthy:|^check:/m.test(text));

  test("there are some", () => expect(withSettings.length).toBeGreaterThan(3));
  for (const [page, text] of withSettings)
    test(`${page}: ${text.slice(0, 40).replaceAll("\n", " ")}`, () => {
      expect(violations(/^check:/m.test(text) ? settings : compose, parse(text))).toEqual([]);
    });
});

describe("the schema and the code agree", () => {
  const [SECTION] = [/x-seaworthy|^unknown field/];
  const accepted = (text: string): boolean => {
    const at = mkdtempSync(join(folder, "settings-"));
    mkdirSync(join(at, ".git"));
    writeFileSync(join(at, ".seaworthy.yaml"), text);
    return readSettings({ folder: at, env: { PORT: "80", LEVEL: "info" } })?.problems.length === 0;
  };

  test.each([
    "{}",
    "check: {}",
    "check: {fail: info}",
    "check: {fail: $LEVEL}",
    "check: {profile: strict}",
    "check: {rules: {DL3008: off}}",
    "check: {rules: {DL3008: false}}",
    "check: {rules: {DL3008: {severity: off, reason: why, until: 2027-01-01, paths: [a]}}}",
    "check: {rules: {DL3008: {}}}",
    "check: {ignore: [{rule: a, why: b}]}",
    'check: {kubernetesVersion: "1.30"}',
    "check: {kubernetesVersion: v1.29.3}",
    "check: {workflow: {pins: {a/b: hash}, cooldownDays: 0}}",
    "check: {dockerfile: {buildArgs: {A: 1, B: true, C: c}, labels: {a: email}, strictLabels: true}}",
    "check: {compose: {serviceKeyOrder: [[a], [b]], pullPolicySettles: false, quotes: single}}",
    "check: {x-note: anything}",
    "scan: {}",
    "scan: {vex: [a.json], baseline: b.json}",
    "policy: {profile: production, scan: {fail: critical, onlyFixed: true, maxAge: 7d}, require: {multi-arch: off}}",
    "scan: {waive: [{id: GHSA-1-2, reason: why, until: 2027-01-01}]}",
    "x-note: [1]",
    "policy: {profile: dev, require: {multi-arch: off, signed: proven}}",
    "waive: [{item: scanned, until: 2027-03-01, by: a, why: b}]",
    "release: {keep: 100}",
    "registry: {repository: ghcr.io/acme/shop, port: 5000}",
    "proxy: {http: '${PORT}'}",
    "test: {target: t, command: [a, b]}",
    "trust: {keys: [cosign.pub]}",
  ])("that %s is good", (text) => {
    expect([violations(settings, parse(text)), accepted(text)]).toEqual([[], true]);
  });

  test.each([
    "chekc: {}",
    "check: []",
    "check: {fail: fatal}",
    "check: {fial: info}",
    "check: {profile: staging}",
    "check: {rules: {DL3008: fatal}}",
    "check: {rules: {DL3008: {severty: off}}}",
    "check: {rules: {DL3008: {until: soon}}}",
    "check: {rules: {DL3008: {paths: a}}}",
    "check: {ignore: [{rule: a}]}",
    "check: {ignore: {rule: a, why: b}}",
    "check: {kubernetesVersion: 1.30}",
    'check: {kubernetesVersion: "2.0"}',
    "check: {trustedRegistries: ghcr.io}",
    "check: {workflow: {pins: {a/b: sha}}}",
    "check: {workflow: {cooldownDays: -1}}",
    "check: {workflow: {cooldownDays: 1.5}}",
    "check: {dockerfile: {labels: {a: uri}}}",
    "check: {dockerfile: {buildArgs: {A: [1]}}}",
    "check: {dockerfile: {strictLabels: maybe}}",
    "check: {compose: {serviceKeyOrder: [a]}}",
    "scan: {fail: high}",
    "policy: {scan: {fail: none}}",
    "scan: {waive: [{id: CVE-2026-1, reason: why}]}",
    "scan: {waive: [{id: CVE-2026-1, until: 2027-01-01}]}",
    "scan: {waive: [{id: CVE-2026-*, reason: why, until: 2027-01-01}]}",
    "scan: {waive: [{id: CVE-2026-1, reason: why, until: soon}]}",
    "scan: {vex: a.json}",
    "policy: {profile: staging}",
    "policy: {require: {signed: maybe}}",
    "waive: [{item: scaned, until: 2027-03-01, by: a, why: b}]",
    "waive: [{item: scanned, until: tomorrow, by: a, why: b}]",
    "release: {keep: 0}",
    "release: {waves: [[a]]}",
    "backup: {}",
    "proxy: {http: 70000}",
    "test: {command: []}",
    "test: {command: npm test}",
  ])("that %s is not", (text) => {
    expect([violations(settings, parse(text)).length > 0, accepted(text)]).toEqual([true, false]);
  });

  test.each([
    ["build: {platforms: [linux/amd64, linux/arm/v7], maxSize: 200 MB, secrets: [a]}", true],
    ["build: {platforms: [amd64]}", false],
    ["build: {maxSize: big}", false],
    ["route: {hosts: ['*', a.example], port: 80, ready: /r}", true],
    ["route: {hosts: []}", false],
    ["route: {ready: r}", false],
    ["release: {strategy: rolling, drain: 1m30s, ready: '0'}", true],
    ["release: {strategy: blue}", false],
    ["release: {drain: 30}", false],
    ["jobs: {migrate: {command: [node, migrate.js], timeout: 5m}}", true],
    ["jobs: {migrate: {command: []}}", false],
    ["rout: {}", false],
  ])("about a service's %s: %s", async (text, good) => {
    const at = mkdtempSync(join(folder, "service-"));
    const file = `services: {web: {image: a, expose: [80], x-seaworthy: {${text}}}}\nsecrets: {a: {environment: A}}\n`;
    writeFileSync(join(at, "compose.yaml"), file);
    const { problems } = await readProject({ folder: at, env: {}, git: false });
    expect(problems.filter(({ message }) => SECTION.test(message)).length === 0, JSON.stringify(problems)).toBe(good);
    expect(violations(compose, parse(file)).length === 0).toBe(good);
  });
});

describe("what check prints", () => {
  const schema = findingsReference();
  const shop = join(folder, "shop");
  mkdirSync(shop);
  mkdirSync(join(shop, "build"));
  writeFileSync(
    join(shop, "compose.yaml"),
    "x-seaworthy: {check: {rules: {no-such-rule: info, compose/init: {severity: off, reason: why, until: 2099-01-01}}}}\nservices:\n  web:\n    build: build\n    prots: [80]\n    ports: ['80:80']\n  db: {image: postgres}\n",
  );
  writeFileSync(join(shop, "build", "Dockerfile"), "FROM node:latest as base\nMAINTAINER ann\nRUN apt-get install curl\n");
  writeFileSync(join(shop, "pod.yaml"), "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: a}]}\n");

  test.each([[[]], [["--policy", "strict"]], [["--fix", "--dry-run"]], [["pod.yaml"]], [["--policy", "dev", "build"]]])(
    "with %j fits findings-1.json, and has no key that it does not know",
    async (flags) => {
      const { out, exit } = await seaworthy(["check", "--json", ...flags], { cwd: shop });
      const document: unknown = JSON.parse(out);
      expect(exit).toBe(1);
      expect(violations(schema, document)).toEqual([]);
      expect(
        v.safeParse(findingsSchema, document).issues?.map(({ message, path }) => [message, path?.map(({ key }) => key)]),
      ).toBeUndefined();
    },
  );

  test("and what is not such a document does not fit", async () => {
    const { out } = await seaworthy(["check", "--json", "pod.yaml"], { cwd: shop });
    for (const [from, to] of [
      ["seaworthy/findings@1", "seaworthy/findings@2"],
      ['"confidence"', '"konfidence"'],
      ['"error":', '"eror":'],
      ['"severity":"warning"', '"severity":"bad"'],
    ] as const) {
      const changed = JSON.stringify(JSON.parse(out)).replace(from, to);
      expect(violations(schema, JSON.parse(changed)).length, from).toBeGreaterThan(0);
    }
  });
});

describe("what scan prints", () => {
  const at = join(folder, "scanned");
  mkdirSync(join(at, ".git"), { recursive: true });
  const vulnerability = (id: string, more: object) => ({
    VulnerabilityID: id,
    PkgName: "stdlib",
    InstalledVersion: "v1.20.1",
    Severity: "CRITICAL",
    ...more,
  });
  writeFileSync(
    join(at, "trivy.json"),
    JSON.stringify({
      SchemaVersion: 2,
      ArtifactName: "acme/web:1",
      Results: [
        {
          Target: "app",
          Class: "lang-pkgs",
          Type: "gobinary",
          Vulnerabilities: [
            vulnerability("CVE-2026-1001", {
              FixedVersion: "1.21",
              Title: "bad",
              CVSS: { nvd: { V3Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" } },
            }),
            vulnerability("CVE-2026-1002", { Status: "will_not_fix" }),
            vulnerability("CVE-2026-1003", { Severity: "UNKNOWN" }),
          ],
        },
      ],
    }),
  );
  writeFileSync(
    join(at, ".seaworthy.yaml"),
    "scan: {waive: [{id: CVE-2026-1001, reason: r, until: 2999-01-01}, {id: CVE-2026-1002, reason: r, until: 2020-01-01}, {id: CVE-2026-1, reason: r, until: 2999-01-01}]}\n",
  );

  test("fits scan-1.json, and has no key that it does not know", async () => {
    const { out, exit } = await seaworthy(["scan", "--from", "trivy.json", "--db", "none", "--json"], { cwd: at });
    const document: unknown = JSON.parse(out);
    expect(exit).toBe(1);
    expect(violations(scanReference(), document)).toEqual([]);
    expect(v.safeParse(scanSchema, document).issues?.map(({ message, path }) => [message, path?.map(({ key }) => key)])).toBeUndefined();
    const by = { kind: "waiver", reason: "r", until: "2999-01-01" };
    const flaws = [
      { id: "image:not-whole", message: "layer 1 of 1 is missing", refused: true, notes: ["its waiver ended"] },
      { id: "image:not-intact", message: "layer 1 of 1 has other bytes", refused: false, by },
    ];
    const flawed = { ...(JSON.parse(out) as object), flaws };
    expect([violations(scanReference(), flawed), v.is(scanSchema, flawed)]).toEqual([[], true]);
    expect(v.is(scanSchema, { ...flawed, flaws: [{ id: "image:other" }] })).toBe(false);
    const changed: unknown = JSON.parse(out.replace('"passed":false', '"passed":"no"'));
    expect(violations(scanReference(), changed).length).toBeGreaterThan(0);
  });
});

test("the validator refuses what it does not know", () => {
  expect(() => violations({ contains: [] }, 1)).toThrow("does not know contains");
});
