import { describe, expect, test } from "vitest";
import type { Distribution, FoundPackage } from "../../inventory/index.ts";
import { readProducts } from "../database/endoflife.ts";
import { endOfLifeOf } from "./end-of-life.ts";
import { shippedProducts } from "./shipped.ts";

const NOW = Date.UTC(2026, 10, 21);
const program = (name: string, version: string, changes: Partial<FoundPackage> = {}): FoundPackage => ({
  type: "generic",
  name,
  version,
  licenses: [],
  path: `usr/local/bin/${name}`,
  purl: `pkg:generic/${name}@${version}`,
  ...changes,
});
const told = (distribution: Distribution | undefined, ...packages: readonly FoundPackage[]) =>
  endOfLifeOf({ packages, ...(distribution === undefined ? {} : { distribution }) }, shippedProducts(), NOW);

describe("distributions", () => {
  test.each([
    ["debian", "9", "Debian", "ended", "2020-07-18"],
    ["debian", "12", "Debian", "extended", "2026-07-11"],
    ["ubuntu", "20.04", "Ubuntu", "extended", "2025-05-31"],
    ["alpine", "3.10.9", "Alpine", "ended", "2021-05-01"],
    ["centos", "7", "CentOS Linux", "ended", "2024-06-30"],
    ["centos", "8", "CentOS Stream 8", "ended", "2024-05-31"],
    ["rhel", "7.9", "Red Hat", "extended", "2024-06-30"],
    ["amzn", "2018.03", "Amazon Linux AMI", "ended", "2023-12-31"],
  ])("%s %s", (id, version, name, state, ended) => {
    expect(told({ id, version, name })).toMatchObject([{ subject: "distribution", version, state, ended }]);
  });
  test.each([
    ["debian", "13"],
    ["alpine", "3.23.0"],
    ["ubuntu", "24.04"],
    ["almalinux", "9.3"],
    ["wolfi", "20230201"],
    ["debian", "99"],
    ["constructor", "1"],
  ])("nothing of %s %s", (id, version) => {
    expect(told({ id, version, name: id })).toEqual([]);
  });
});

describe("runtimes", () => {
  test("by their line of releases, once however often they lie there", () => {
    expect(
      told(undefined, program("node", "16.20.2"), program("node", "16.20.2", { path: "opt/node" }), program("python", "3.13.1")),
    ).toEqual([
      {
        subject: "runtime",
        name: "node",
        version: "16.20.2",
        product: "nodejs",
        cycle: "16",
        state: "ended",
        ended: "2023-09-11",
        paths: ["usr/local/bin/node", "opt/node"],
      },
    ]);
  });
  test("Go by the release of the compiler", () => {
    expect(told(undefined, program("stdlib", "1.19.4", { type: "golang" }))).toMatchObject([
      { product: "go", cycle: "1.19", state: "ended" },
    ]);
  });
  test("not what the distribution brought, and no package of a language", () => {
    expect(told(undefined, program("node", "16.20.2", { ownedBy: "nodejs" }), program("node", "16.20.2", { type: "npm" }))).toEqual([]);
  });
});

describe("the products of endoflife.date", () => {
  test("from its API and from its repository's form", () => {
    const api = {
      generated_at: "2026-11-20T00:00:00+00:00",
      result: [
        {
          name: "debian",
          releases: [
            { name: "9", isEol: true, eolFrom: "2020-07-18", isEoes: true, eoesFrom: "2022-07-01", latest: { name: "9.13", date: null } },
            { name: "3", isEol: true, eolFrom: null },
            { name: "13", isEol: false, eolFrom: "2028-08-09" },
          ],
        },
      ],
    };
    const cycles = [
      { cycle: "9", eol: "2020-07-18", extended: "2022-07-01", latest: "9.13" },
      { cycle: "3", eol: true },
      { cycle: "13", eol: "2028-08-09" },
    ];
    expect(readProducts(JSON.stringify(api))).toEqual({ date: "2026-11-20T00:00:00+00:00", products: { debian: cycles } });
    const line = {
      product: "node",
      releases: [
        { releaseCycle: "26", eol: false, latest: "26.1" },
        { releaseCycle: 4, eol: "2018-04-30" },
        { releaseCycle: "0", eol: true },
      ],
    };
    expect(readProducts(`${JSON.stringify(line)}\n`).products).toEqual({
      node: [
        { cycle: "26", latest: "26.1" },
        { cycle: "4", eol: "2018-04-30" },
        { cycle: "0", eol: true },
      ],
    });
  });
  test.each(["", "{}", "[]", '{"result":[]}', '{"product":"x"}', '{"result":[{"name":"x","releases":"no"}]}'])("%s is none", (text) => {
    expect(() => readProducts(text)).toThrow();
  });
});
