import { describe, expect, test } from "vitest";
import { schemeOf } from "./ecosystems.ts";
import type { VersionScheme } from "./scheme.ts";

/** Each line is in order: what stands left of `<` comes before what stands right of it, and `=` is one version. */
const ORDERS: Readonly<Record<string, readonly string[]>> = {
  "Debian:12": [
    "1.0~rc1 < 1.0~rc1+b1 < 1.0 = 0:1.0 < 1.0-1 < 1.0-1+deb12u1 < 1.0a < 1.0+dfsg < 1.0.1 < 1.10 < 1:0.1",
    "0.34-4~deb12u1 < 0.34-4",
    "9999999999999999999999 < 10000000000000000000000",
  ],
  "Alpine:v3.20": ["1.2.3_alpha1 < 1.2.3_rc1 < 1.2.3 < 1.2.3-r1 < 1.2.3-r10 < 1.2.3_p1 < 1.2.3a < 1.2.4", "1.0.05 < 1.0.1"],
  "AlmaLinux:9": ["1.0~rc1-1 < 1.0-1 < 1.0-1.el9 < 1.0-1.el9_2 < 1.0-2 < 1.0^git1-1 < 1.0.1-1 < 1:0.1-1", "1.0 < 1.0-1", "a < 1"],
  npm: ["1.0.0-alpha < 1.0.0-alpha.1 < 1.0.0-beta.2 < 1.0.0-beta.11 < 1.0.0 = v1.0.0 = 1.0.0+build < 1.2.0 < 1.10.0"],
  PyPI: ["1.0.dev1 < 1.0a1 < 1.0b2 < 1.0rc1 = 1.0-c1 < 1.0 = 1.0.0 < 1.0+local < 1.0.post1 < 1.1.dev1 < 1!0.1", "french toast < 0.1"],
  Maven: [
    "1.0-alpha-1 < 1.0-beta-1 < 1.0-M1 < 1.0-RC1 = 1.0-CR1 < 1.0-SNAPSHOT < 1.0 = 1.0.0 = 1.0-GA = 1 < 1.0-sp < 1.0-foo < 1.0.1 < 1.10",
  ],
  RubyGems: ["1.0.a < 1.0.b1 < 1.0-rc1 < 1.0 = 1 = 1.0.0 < 1.0.1 < 1.10", "1.0-x86_64-linux = 1.0"],
  NuGet: ["1.0.0-BETA = 1.0.0-beta < 1.0.0 = 1.0 = 1.0.0.0 < 1.0.0.1 < 1.0.1"],
  Packagist: ["1.0-dev < 1.0-alpha1 < 1.0-beta2 < 1.0-RC1 < 1.0 = v1.0 = 1.0.0 < 1.0-p1 < 1.0.1 < 1.0.x-dev < 1.10 < 1.x-dev < 2.0.0"],
  Go: [
    "v1.0.0-20200101000000-abcdefabcdef < v1.0.0-rc.1 < v1.0.0 = 1.0.0 = v1.0.0+incompatible < v1.10.0",
    "go1.21rc2 < go1.21.0 = 1.21 < go1.21.5",
  ],
  Pub: ["1.0.0-pre < 1.0.0 < 1.0.0+build < 1.0.0+build.2"],
  CRAN: ["0.9 < 0.75 < 0.75-1 < 1.0"],
  Hackage: ["1.0 < 1.0.0 < 1.0.1"],
  Bitnami: ["2.3.1-1 = 2.3.1 = 2.3.1-7 < 2.3.2"],
};

const required = (ecosystem: string): VersionScheme => {
  const scheme = schemeOf(ecosystem);
  if (scheme === undefined) throw new Error(`no scheme for ${ecosystem}`);
  return scheme;
};

describe.each(Object.entries(ORDERS))("versions of %s", (ecosystem, lines) => {
  const scheme = required(ecosystem);
  test.each(lines)("%s", (line) => {
    const ranks = line.split(" < ").map((same) => same.split(" = "));
    const placed = ranks.flatMap((same, rank) => same.map((version) => ({ version, rank })));
    const wrong = placed.flatMap((a) =>
      placed.flatMap((b) =>
        Math.sign(scheme.compare(a.version, b.version)) === Math.sign(a.rank - b.rank) ? [] : [`${a.version} against ${b.version}`],
      ),
    );
    expect(wrong).toEqual([]);
  });
});

test("an ecosystem that nobody knows has no order", () => {
  expect(schemeOf("Fictional:1")).toBeUndefined();
});

test("any text has its place, in either direction, and as fast as it is long", () => {
  const odd = [
    "",
    " ",
    "-",
    "~",
    "^",
    ":",
    "::",
    "1:",
    "\0",
    "é",
    "1..2",
    "9".repeat(20_000),
    "a.".repeat(10_000),
    "-r".repeat(10_000),
    "1-".repeat(10_000),
  ];
  for (const ecosystem of Object.keys(ORDERS)) {
    const scheme = required(ecosystem);
    for (const a of odd)
      for (const b of odd)
        expect(
          Math.sign(scheme.compare(a, b)) + Math.sign(scheme.compare(b, a)),
          `${scheme.name}: ${a.slice(0, 10)} and ${b.slice(0, 10)}`,
        ).toBe(0);
  }
});

describe("versions that are none", () => {
  test.each([
    ["Debian", "1.0-1", true],
    ["Debian", "a1.0", false],
    ["Alpine", "1.2.3_beta1-r0", true],
    ["Alpine", "1.2.3_gamma", false],
    ["PyPI", "1.0.post1.dev2", true],
    ["PyPI", "1.0+a+", false],
    ["npm", "1.2.3-rc.1", true],
    ["npm", "1.2", false],
    ["Go", "go1.21.3", true],
    ["Hackage", "1.0-1", false],
  ])("%s: %s", (ecosystem, version, is) => {
    expect(required(ecosystem).isVersion(version)).toBe(is);
  });
});
