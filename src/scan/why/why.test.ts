import { describe, expect, test } from "vitest";
import type { Digest } from "../../core/index.ts";
import type { FoundPackage, Inventory } from "../../inventory/index.ts";
import type { Vulnerability } from "../scan.ts";
import { allows } from "./ranges.ts";
import { type DockerfileLines, why } from "./why.ts";

const digest = (index: number): Digest => `sha256:${String(index).repeat(64)}` as Digest;
const found = (changes: Partial<FoundPackage> & Pick<FoundPackage, "name" | "version">): FoundPackage => ({
  type: "npm",
  licenses: [],
  path: `app/node_modules/${changes.name}/package.json`,
  layer: digest(1),
  layerIndex: 1,
  purl: `pkg:npm/${changes.name}@${changes.version}`,
  ...changes,
});
const SHOP = found({ name: "shop", version: "1.0.0", path: "app/package.json", requires: [["express", "^4.17.0"]] });
const EXPRESS = found({
  name: "express",
  version: "4.17.1",
  requires: [
    ["qs", "6.7.0"],
    ["debug", "^2.6.0"],
  ],
});
const OLD = found({ name: "legacy", version: "1.0.0", requires: [["qs", "^2.0.0"]] });
const NESTED = found({ name: "qs", version: "2.0.0", path: "app/node_modules/legacy/node_modules/qs/package.json" });
const QS = found({ name: "qs", version: "6.7.0" });
const DEBUG = found({ name: "debug", version: "2.6.0" });
const SSL = found({
  type: "deb",
  name: "libssl3",
  version: "3.0.11",
  source: { name: "openssl", version: "3.0.11" },
  path: "var/lib/dpkg/status",
  layer: digest(0),
  layerIndex: 0,
});
const CURL = found({ type: "deb", name: "curl", version: "7.88", path: "var/lib/dpkg/status", requires: [["libssl3", ">= 3"]] });

const INVENTORY: Inventory = {
  digest: digest(9),
  distribution: { id: "debian", version: "12", name: "Debian 12" },
  packages: [SHOP, EXPRESS, OLD, NESTED, QS, DEBUG, SSL, CURL],
  blindSpots: [],
  layers: [
    { diffId: digest(0), sizeBytes: 1, step: 1, createdBy: "ADD file:x in /" },
    { diffId: digest(1), sizeBytes: 2, step: 3, createdBy: "RUN apt-get install curl=7.88 && npm ci" },
  ],
  base: { layers: 1, by: "layers", name: "debian:12" },
};
const LINES: DockerfileLines = {
  from: { file: "Dockerfile", line: 1, text: "FROM debian:12" },
  byStep: new Map([[3, { file: "Dockerfile", line: 4, text: "RUN apt-get install curl=7.88 && npm ci" }]]),
};
const against = (one: FoundPackage, id: string, fixed?: string): Vulnerability => ({
  id,
  advisories: [{ id: `GHSA-${id}`, cves: [id], aliases: [`ALIAS-${id}`], summary: "" }],
  packages: [one],
  ecosystem: one.type === "deb" ? "Debian:12" : "npm",
  state: fixed === undefined ? "unfixed" : "fixed",
  severities: [],
  name: one.name,
  version: one.version,
  ...(fixed === undefined ? {} : { fixed }),
});
const ask = (asked: string, known: readonly Vulnerability[], lines: DockerfileLines | undefined = LINES, inventory = INVENTORY) =>
  why(asked, inventory, known, lines).packages.map(({ package: { name }, askedBy, origin, layerNumber, by, changes }) => ({
    name,
    askedBy: askedBy.map((one) => one.name).join(" "),
    origin,
    layerNumber,
    line: by?.line,
    changes: changes.map(
      ({ kind, command, at }) => `${kind}${at === undefined ? "" : `:${at.line}`}${command === undefined ? "" : ` ${command}`}`,
    ),
  }));

describe("why something is in an image", () => {
  test("a package that another one asked for: the one that one asked for oneself is to be raised", () => {
    expect(ask("CVE-1", [against(QS, "CVE-1", "6.7.3")])).toEqual([
      {
        name: "qs",
        askedBy: "shop express qs",
        origin: "own",
        layerNumber: 2,
        line: 4,
        changes: ["dependency:4 npm install express@latest", "dependency:4"],
      },
    ]);
  });
  test("which of two of a name is asked for goes by where Node looks", () => {
    expect(ask("CVE-1", [against(NESTED, "CVE-1", "2.1.0")])).toMatchObject([
      { askedBy: "legacy qs", changes: ["dependency:4 npm update qs"] },
    ]);
  });
  test("what the range allows needs the lock renewed alone", () => {
    expect(ask("CVE-1", [against(DEBUG, "CVE-1", "2.6.9")])[0]?.changes).toEqual(["dependency:4 npm update debug"]);
  });
  test("what came with the base: a newer base first, then the distribution's package", () => {
    expect(ask("CVE-2", [against(SSL, "CVE-2", "3.0.13")])).toMatchObject([
      {
        askedBy: "curl libssl3",
        origin: "base",
        layerNumber: 1,
        line: undefined,
        changes: [
          "base:1 docker build --pull --no-cache .",
          "distribution:1 RUN apt-get update && apt-get install -y --only-upgrade libssl3 && rm -rf /var/lib/apt/lists/*",
        ],
      },
    ]);
  });
  test("a base that is pinned has its digest raised", () => {
    const pinned = { ...LINES, from: { file: "Dockerfile", line: 1, text: "FROM debian:12@sha256:0" } };
    expect(ask("CVE-2", [against(SSL, "CVE-2", "3.0.13")], pinned)[0]?.changes[0]).toBe("base:1");
  });
  test("a pin of one's own is raised; without one the step is built anew", () => {
    expect(ask("CVE-3", [against(CURL, "CVE-3", "7.88.1")])[0]?.changes).toEqual(["distribution:4"]);
    const free = { ...LINES, byStep: new Map([[3, { file: "Dockerfile", line: 4, text: "RUN apt-get install curl" }]]) };
    expect(ask("CVE-3", [against(CURL, "CVE-3", "7.88.1")], free)[0]?.changes).toEqual(["rebuild:4 docker build --no-cache ."]);
  });
  test("without a fix there is nothing to raise", () => {
    expect(ask("CVE-3", [against(CURL, "CVE-3")])[0]?.changes).toEqual(["none"]);
    expect(ask("CVE-2", [against(SSL, "CVE-2")])[0]?.changes).toEqual(["none", "base:1 docker build --pull --no-cache ."]);
  });
  test("by any name of the vulnerability, and by the name of the package, its source or its URL", () => {
    const known = [against(QS, "CVE-1", "6.7.3"), against(SSL, "CVE-2", "3.0.13")];
    for (const name of ["cve-1", "GHSA-CVE-1", "ALIAS-CVE-1"]) expect(ask(name, known).map((one) => one.name)).toEqual(["qs"]);
    expect(ask("openssl", known).map((one) => one.name)).toEqual(["libssl3"]);
    expect(ask("pkg:npm/qs@6.7.0", known).map((one) => one.name)).toEqual(["qs"]);
    expect(ask("qs", known).map((one) => one.changes.length)).toEqual([0, 2]);
    expect(ask("nothing", known)).toEqual([]);
  });
  test("of several the highest version mends them all", () => {
    const known = [against(QS, "CVE-1", "6.7.3"), against(QS, "CVE-4", "6.10.0"), against(QS, "CVE-5", "6.9.7")];
    expect(why("qs", INVENTORY, known, undefined).packages.map(({ fixed }) => fixed)).toEqual([undefined, "6.10.0"]);
  });
  test("a ring that nobody outside asks for ends", () => {
    const a = found({ name: "a", version: "1.0.0", requires: [["b", "*"]] });
    const b = found({ name: "b", version: "1.0.0", requires: [["a", "*"]] });
    expect(ask("CVE-1", [against(a, "CVE-1", "2.0.0")], LINES, { ...INVENTORY, packages: [a, b] })).toMatchObject([
      { name: "a", askedBy: "a" },
    ]);
  });
});

test.each([
  ["pypi", "<4,>=3.2", "3.2.25", true],
  ["pypi", "<4,>=3.2", "4.1", false],
  ["pypi", "~=2.1", "2.9", true],
  ["pypi", "~=2.1.0", "2.2", false],
  ["pypi", "==2.*", "2.1", undefined],
  ["gem", "~> 2.0", "2.9.1", true],
  ["gem", "~> 2.0, != 2.9.1", "2.9.1", false],
  ["npm", "^1.0.0", "1.2.0", true],
  ["npm", "git+ssh://a", "1.2.0", undefined],
  ["maven", "[1,2)", "1.5", undefined],
] as const)("%s: %s and %s", (type, range, version, expected) => {
  expect(allows(type, range, version)).toBe(expected);
});
