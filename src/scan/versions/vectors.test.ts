import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { schemeOf } from "./ecosystems.ts";
import { rpmvercmp } from "./rpm.ts";

const FOLDER = join(import.meta.dirname, "../../../../shared/scan/versions");
const here = existsSync(FOLDER);

interface Case {
  readonly a?: string;
  readonly b?: string;
  readonly op?: string;
  readonly v?: string;
  readonly valid?: boolean;
  readonly normal?: string;
  readonly sorted?: readonly string[];
  readonly constraint?: string;
  readonly satisfied?: boolean;
  readonly rel?: string;
  readonly set?: string;
  readonly args?: readonly string[];
}

const casesOf = (file: string): readonly Case[] => {
  const bytes = readFileSync(join(FOLDER, file));
  const text = file.endsWith(".gz") ? gunzipSync(bytes).toString("utf8") : bytes.toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Case);
};

const holds = (order: number, relation: string): boolean =>
  ({ "<": order < 0, ">": order > 0, "=": order === 0, "==": order === 0, "<=": order <= 0, ">=": order >= 0, "!=": order !== 0 })[
    relation
  ] ?? false;

const satisfies = (compare: (a: string, b: string) => number, version: string, constraint: string): boolean =>
  constraint.trim() === "" ||
  constraint.split("||").some((all) =>
    all.split(",").every((one) => {
      const [, relation = "=", wanted = ""] = /^\s*(>=|<=|!=|==|=|<|>)?\s*(.*?)\s*$/.exec(one) ?? [];
      return holds(compare(version, wanted), relation);
    }),
  );

/** What a case says and we do not. */
const wrongIn = (file: string, ecosystem: string): readonly string[] => {
  const scheme = schemeOf(ecosystem) ?? { compare: rpmvercmp, isVersion: () => true };
  const compare = (a: string, b: string): number => scheme.compare(a, b);
  return casesOf(file).flatMap((one) => {
    const { a = "", b = "", op = "", v = "" } = one;
    if (["<", ">", "="].includes(op)) {
      const back = { "<": ">", ">": "<", "=": "=" }[op] ?? "";
      return holds(compare(a, b), op) && holds(compare(b, a), back) ? [] : [`${a} ${op} ${b}`];
    }
    if (one.rel !== undefined) return holds(compare(a, b), one.rel) === one.satisfied ? [] : [`${a} ${one.rel} ${b}`];
    if (one.valid !== undefined) return scheme.isVersion(v) === one.valid ? [] : [`${v} is ${one.valid ? "one" : "none"}`];
    if (one.normal !== undefined) return compare(v.replaceAll(/\\[tn]/g, ""), one.normal) === 0 ? [] : [`${v} = ${one.normal}`];
    if (one.constraint !== undefined) return satisfies(compare, v, one.constraint) === one.satisfied ? [] : [`${v} ${one.constraint}`];
    const { sorted = [], set, args: [left = "", right = ""] = [] } = one;
    if (set === "comparisons") return compare(left, right) > 0 ? [] : [`${left} > ${right}`];
    if (set === "equality") return compare(left, right) === 0 ? [] : [`${left} = ${right}`];
    return sorted.flatMap((first, index) => (index === 0 || compare(sorted[index - 1] ?? "", first) < 0 ? [] : [`${first} in its order`]));
  });
};

describe.skipIf(!here)("versions as others compare them (needs ../shared/scan/versions)", () => {
  test.each([
    ["dpkg-t-version.jsonl", "Debian", []],
    ["grype-constraint-deb.jsonl", "Debian", []],
    ["scalibr-debian.jsonl", "Debian", []],
    ["scalibr-debian-generated.jsonl.gz", "Debian", []],
    ["rpm-rpmvercmp.jsonl", "rpmvercmp itself", []],
    ["scalibr-redhat.jsonl", "Red Hat", []],
    ["apk-tools-version.data.jsonl", "Alpine", []],
    // No version at all; apk says so of both.
    ["scalibr-alpine.jsonl", "Alpine", ["0..8 > 0...8"]],
    ["scalibr-alpine-generated.jsonl.gz", "Alpine", []],
    ["grype-constraint-apk.jsonl", "Alpine", []],
    ["scalibr-semver.jsonl", "npm", []],
    ["node-semver-fixtures.jsonl", "npm", []],
    ["hashicorp-go-version.jsonl", "Go", []],
    ["grype-constraint-golang.jsonl", "Go", []],
    // SemVer 2.0.0 knows no prerelease behind a dot, and takes dots and dashes for different.
    ["grype-constraint-semantic.jsonl", "npm", ["1.0.0.alpha.beta = 1.0.0-alpha-beta", "1.0.0.rc.alpha = 1.0.0-rc-alpha"]],
    ["pep440-order.jsonl", "PyPI", []],
    ["scalibr-pypi.jsonl", "PyPI", []],
    ["scalibr-pypi-generated.jsonl.gz", "PyPI", []],
    // Quotes are of the constraint's language; a local version comes after the public one (PEP 440, "Local version identifiers"), which only specifiers overlook.
    ["grype-constraint-pep440.jsonl", "PyPI", ["4.5.2 '4.5.1' || '4.5.2'", "6.4+cgr.1 <=6.4.0", "2.0.0+cgr.1 = 2.0.0"]],
    ["scalibr-maven.jsonl", "Maven", []],
    ["scalibr-maven-generated.jsonl.gz", "Maven", []],
    ["grype-constraint-maven.jsonl", "Maven", []],
    ["scalibr-rubygems.jsonl", "RubyGems", []],
    ["grype-constraint-gem.jsonl", "RubyGems", []],
    ["scalibr-nuget.jsonl", "NuGet", []],
    // Composer makes four numbers of every version before it compares, which PHP's version_compare alone does not; `#` is in no version.
    ["scalibr-packagist.jsonl", "Packagist", ["1.0.0 > 1.0", "1.2.3.# = 1.2.3.1"]],
    ["scalibr-pub.jsonl", "Pub", []],
    ["scalibr-cran.jsonl", "CRAN", []],
    ["scalibr-cran-generated.jsonl", "CRAN", []],
    ["scalibr-hackage.jsonl", "Hackage", []],
    ["grype-constraint-bitnami.jsonl", "Bitnami", []],
  ] as const)("%s", (file, ecosystem, explained) => {
    expect(wrongIn(file, ecosystem)).toEqual(explained);
  });

  test("a missing epoch is 0, as librpm has it, and not any, as Grype has it", () => {
    const wrong = wrongIn("grype-constraint-rpm.jsonl", "Red Hat");
    expect(wrong.filter((one) => !/\d:/.test(one))).toEqual([]);
    expect(wrong).toHaveLength(9);
  });
});
