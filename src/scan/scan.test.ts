import { describe, expect, test } from "vitest";
import type { Digest } from "../core/index.ts";
import type { FoundPackage, Inventory } from "../inventory/index.ts";
import { componentOf, ecosystemOf } from "./components.ts";
import type { Component, Match } from "./match.ts";
import { scan } from "./scan.ts";

const found = (changes: Partial<FoundPackage>): FoundPackage => ({
  type: "npm",
  name: "left",
  version: "1.0.0",
  licenses: [],
  path: "app/package.json",
  layer: "sha256:0" as Digest,
  layerIndex: 0,
  purl: "pkg:npm/left@1.0.0",
  ...changes,
});
const DEBIAN = { id: "debian", version: "12", name: "Debian 12" };
const inventory = (...packages: readonly FoundPackage[]): Inventory => ({
  digest: "sha256:1" as Digest,
  distribution: DEBIAN,
  packages,
  blindSpots: [],
});
const asked: Component[] = [];
/** Knows npm and Debian 12, and holds one thing against each package. */
const matcher = {
  match: (component: Component): readonly Match[] | undefined => {
    asked.push(component);
    if (!["npm", "Debian:12"].includes(component.ecosystem)) return undefined;
    const severity = { rating: component.name === "left" ? "high" : "low", written: "", source: "X-1" } as const;
    return [
      {
        component,
        id: component.name === "exploited" ? "CVE-2" : "CVE-1",
        advisories: [],
        severity,
        severities: [severity],
        ...(component.name === "left" ? { state: "unfixed" } : { state: "fixed", fixed: "2" }),
        ...(component.name === "exploited" ? { exploited: true, kev: {} } : {}),
      },
    ];
  },
};

test("the project's own packages are nobody's that have advisories", () => {
  const result = scan(inventory(found({ own: true }), found({ name: "right" })), matcher);
  expect([result.judged, result.vulnerabilities.map(({ name }) => name)]).toEqual([1, ["right"]]);
});

describe("what a package is looked up as", () => {
  test.each([
    [found({}), { ecosystem: "npm", name: "left", version: "1.0.0" }],
    [found({ namespace: "@a", name: "b" }), { ecosystem: "npm", name: "@a/b", version: "1.0.0" }],
    [
      found({ type: "deb", name: "libc6", version: "2.36-9+b1", source: { name: "glibc", version: "2.36-9" } }),
      { ecosystem: "Debian:12", name: "glibc", version: "2.36-9" },
    ],
    [found({ type: "deb", name: "bash", version: "5" }), { ecosystem: "Debian:12", name: "bash", version: "5" }],
    [found({ type: "composer", namespace: "a", name: "b" }), { ecosystem: "Packagist", name: "a/b", version: "1.0.0" }],
  ])("%o", (one, component) => {
    expect(componentOf(one, DEBIAN)).toEqual(component);
  });
  test.each([
    ["debian", "12.5", "Debian:12"],
    ["ubuntu", "24.04", "Ubuntu:24.04:LTS"],
    ["ubuntu", "25.10", "Ubuntu:25.10"],
    ["alpine", "3.20.1", "Alpine:v3.20"],
    ["almalinux", "9.3", "AlmaLinux:9"],
    ["rhel", "9.4", "Red Hat:9"],
    ["rocky", "9.4", "Rocky Linux:9"],
    ["sles", "15.4", "SUSE:15.4"],
    ["opensuse-leap", "15.6", "openSUSE:Leap 15.6"],
    ["mageia", "9", "Mageia:9"],
    ["azurelinux", "3.0", "Azure Linux:3"],
    ["wolfi", undefined, "Wolfi"],
    ["debian", undefined, undefined],
    ["shesek", "1", undefined],
  ])("%s %s is %s", (id, version, ecosystem) => {
    expect(ecosystemOf({ id, name: id, ...(version === undefined ? {} : { version }) })).toBe(ecosystem);
  });
});

test("of rpm, by what is installed where the advisories name that, else by its source; with its module", () => {
  const headless = found({
    type: "rpm",
    name: "java-11-openjdk-headless",
    version: "1:11.0.12.0.7-0.el8_4",
    source: { name: "java-11-openjdk", version: "1:11.0.12.0.7-0.el8_4" },
  });
  const asOf = (id: string, one: FoundPackage) => componentOf(one, { id, version: "8", name: id });
  expect(asOf("almalinux", headless)).toMatchObject({ ecosystem: "AlmaLinux:8", name: "java-11-openjdk-headless" });
  expect(asOf("rhel", headless)).toMatchObject({ ecosystem: "Red Hat:8", name: "java-11-openjdk-headless" });
  expect(asOf("rocky", headless)).toMatchObject({ ecosystem: "Rocky Linux:8", name: "java-11-openjdk" });
  expect(asOf("rocky", { ...headless, module: "nodejs:18" })).toMatchObject({ module: "nodejs:18" });
});

describe("a scan", () => {
  const result = scan(
    inventory(
      found({ type: "deb", name: "bash", version: "5" }),
      found({}),
      found({ path: "other/package.json" }),
      found({ name: "owned", ownedBy: "node-owned" }),
      found({ type: "gem", name: "rack" }),
      found({ type: "gem", name: "rails" }),
    ),
    matcher,
  );
  test("tells each vulnerability once with every package that has it, the worst first", () => {
    expect(result.vulnerabilities.map(({ name, id, packages }) => [name, id, packages.length])).toEqual([
      ["left", "CVE-1", 2],
      ["bash", "CVE-1", 1],
    ]);
  });
  test("judges nothing that the distribution owns, and says what nobody speaks of", () => {
    expect(asked.map(({ name }) => name)).not.toContain("owned");
    expect(result.judged).toBe(3);
    expect(result.ecosystems).toEqual(["Debian:12", "npm"]);
    expect(result.blindSpots).toEqual(["2 packages of RubyGems not judged: the database has no advisories for it"]);
  });
  test("what is known to be exploited stands first", () => {
    const other = scan(inventory(found({}), found({ name: "exploited" })), matcher);
    expect(other.vulnerabilities.map(({ name }) => name)).toEqual(["exploited", "left"]);
  });
});
