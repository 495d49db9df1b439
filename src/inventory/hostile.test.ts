import { describe, expect, test } from "vitest";
import { CATALOGERS } from "./catalogue.ts";
import { type Cataloged, catalogerFor } from "./cataloger.ts";
import { zipOf } from "./zip.fixture.ts";

const catalogerOf = catalogerFor(CATALOGERS);

const read = (path: string, content: string | Buffer): Cataloged | undefined => catalogerOf(path)?.read(Buffer.from(content), path);

const filled = (part: string, length = 100_000): string => part.repeat(Math.ceil(length / part.length)).slice(0, length);

/** One path for each kind of file. */
const PATHS = `
  opt/java/release a/.spdx-a.spdx pom.xml packages.lock.json project.assets.json packages.config
  gradle.lockfile conan.lock conda-meta/a.json usr/lib/opkg/status var/lib/chisel/manifest.wall Package.resolved
  mix.lock rebar.lock Podfile.lock pubspec.lock stack.yaml.lock cabal.project.freeze
  a/DESCRIPTION a.rockspec ebin/a.app a/pack.pl .terraform.lock.hcl setup.py
  var/lib/pacman/local/a-1-1/desc var/lib/pacman/local/a-1-1/files var/db/pkg/a/b-1/CONTENTS .registry/a.reg wp-content/plugins/a/a.php a.1/opam
  .github/workflows/a.yml Cellar/a/1/.brew/a.rb var/lib/dpkg/status var/lib/dpkg/info/a.list lib/apk/db/installed node_modules/a/package.json
  a.dist-info/METADATA specifications/a.gemspec composer/installed.json a.deps.json Cargo.lock pylock.toml
  Pipfile.lock requirements.txt package-lock.json yarn.lock pnpm-lock.yaml bun.lock
  Gemfile.lock composer.lock go.mod a.jar var/lib/rpm/Packages var/lib/rpm/Packages.db
  var/lib/rpm/rpmdb.sqlite pyproject.toml composer.json package.json a.dist-info/direct_url.json a.egg-info/PKG-INFO
`
  .trim()
  .split(/\s+/);

/** Aliases of aliases: some kilobytes that stand for 9^30 values. */
const ALIASES = [
  "lockfileVersion: '6.0'",
  "x0: &x0 {resolution: {integrity: a}, dependencies: {a: 1.0.0}}",
  ...Array.from(
    { length: 30 },
    (_, at) => `x${at + 1}: &x${at + 1} {${Array.from({ length: 9 }, (__, key) => `k${key}: *x${at}`).join(", ")}}`,
  ),
  "packages: *x30",
  "snapshots: *x30",
  "importers: *x30",
  "jobs: *x30",
].join("\n");

const CONTENTS = [
  "\n",
  "\r\n",
  " \n",
  " ",
  "\t",
  "\0",
  "a",
  '"',
  "'",
  "\\",
  '\\"',
  "(",
  "{",
  "[",
  "<",
  "- ",
  "/* ",
  "/*/",
  "//",
  "<!--",
  "<a ",
  "#\n",
  ":",
  "a:\n",
  '{"a":',
  "{a: ",
  "[a, ",
  "<dependency><groupId>",
  "a==1 \\\n",
  "[[package]]\n",
  "s.name = ",
  "{vsn,",
  "P:\nV:\n\n",
  'a@^1:\n  version "1"\n',
].map((part) => filled(part));
const DEEP = ["[", '{"a":', '{"dependencies":{"a":'].map((part) => filled(part, 1_000_000));

describe("what takes long or deep in a file", () => {
  test.each(PATHS)("%s", { timeout: 60_000 }, (path) => {
    const begun = process.cpuUsage();
    for (const content of [...CONTENTS, ...DEEP, ALIASES]) expect(() => read(path, content)).not.toThrow();
    const { user, system } = process.cpuUsage(begun);
    // A guard against what grows with the square of a file's size: that takes eight seconds for one of these alone.
    expect((user + system) / 1e6).toBeLessThan(6);
  });
});

describe("few bytes that stand for many", () => {
  test("files of an apk package in a folder with a name of a megabyte: not all are kept, and that is said", { timeout: 60_000 }, () => {
    const found = read("lib/apk/db/installed", `P:a\nV:1\nF:${filled("f", 1_000_000)}\n${"R:x\n".repeat(100_000)}\nP:b\nV:2\n`);
    expect(found?.packages.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(found?.owns?.get("a")?.length).toBeLessThan(100);
    expect(found?.unseen).toMatch(/longer than is read/);
  });
  test("more packages than a distribution has", { timeout: 60_000 }, () => {
    expect(read("var/lib/dpkg/status", "Package: a\nVersion: 1\n\n".repeat(150_000))).toMatchObject({
      packages: { length: 100_000 },
      unseen: "it tells of more than 100000 packages",
    });
    expect(read("lib/apk/db/installed", "P:a\nV:1\n\n".repeat(150_000))?.unseen).toMatch(/more than 100000/);
  });
  test("packages that need each other more often than any do", { timeout: 60_000 }, () => {
    const needed = Array.from({ length: 250 }, (_, at) => `p${at}`);
    const apk = read("lib/apk/db/installed", Array.from({ length: 3000 }, (_, at) => `P:p${at}\nV:1\nD:${needed.join(" ")}\n\n`).join(""));
    expect(apk?.edges?.length).toBeLessThanOrEqual(500_000);
    const dpkg = read(
      "var/lib/dpkg/status",
      Array.from({ length: 3000 }, (_, at) => `Package: p${at}\nVersion: 1\nDepends: ${needed.join(", ")}\n\n`).join(""),
    );
    expect(dpkg?.packages).toHaveLength(3000);
    expect(dpkg?.packages.at(-1)).not.toHaveProperty("requires");
    const libraries = Object.fromEntries(needed.map((name) => [`${name}/1`, {}]));
    const dependencies = Object.fromEntries(needed.map((name) => [name, "1"]));
    const target = Object.fromEntries(needed.map((name) => [`${name}/1`, { dependencies }]));
    const targets = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [String(at), target]));
    const dotnet = read("a.deps.json", JSON.stringify({ libraries, targets }));
    expect(dotnet?.edges?.length).toBeLessThanOrEqual(500_000);
    for (const found of [apk, dpkg, dotnet]) expect(found?.unseen).toMatch(/more than 500000 needs/);
  });
  test("programs of .NET in a folder with a long name", { timeout: 60_000 }, () => {
    const runtime = Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`f${at}.dll`, {}]));
    const found = read(
      `${filled("folder/", 4000)}/a.deps.json`,
      JSON.stringify({ libraries: { "a/1": {} }, targets: { t: { "a/1": { runtime } } } }),
    );
    expect(found?.covers?.length).toBeLessThan(10_000);
    expect(found?.unseen).toMatch(/longer than is read/);
  });
  test("a jar of many names takes no longer than it is long", { timeout: 120_000 }, () => {
    const names = Array.from({ length: 20_000 }, (_, at) => `META-INF/maven/a/b${at}/pom.properties`);
    const jar = zipOf(Object.fromEntries(names.map((name, at) => [name, `groupId=a\nartifactId=b${at}\nversion=1\n`])));
    const begun = process.cpuUsage();
    expect(read("a.jar", jar)?.packages).toHaveLength(20_000);
    // A guard: where each name was looked for among all of them, it took minutes.
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(6);
  });
  test("a paragraph without an end, and millions of them", { timeout: 60_000 }, () => {
    expect(read("var/lib/dpkg/status", `Package: a\nVersion: 1\n${" more\n".repeat(1_000_000)}`)?.packages).toHaveLength(1);
    expect(read("var/lib/dpkg/status", "A:b\n\n".repeat(2_000_000))?.packages).toEqual([]);
  });
  test("a list of a quarter of a million in a line, more than a call takes at once", { timeout: 60_000 }, () => {
    const list = '"a",'.repeat(250_000);
    expect(read("pyproject.toml", `[project]\ndependencies = [${list}]\n`)?.asks).toHaveLength(250_000);
    const table = '[[package]]\nname = "a"\nversion = "1"\n';
    expect(read("poetry.lock", `${table}groups = [${list}]\n${table}dependencies = [\n${list}\n]\n`)?.packages).toHaveLength(1);
    const dependencies = Object.fromEntries(Array.from({ length: 250_000 }, (_, at) => [`d${at}`, "1"]));
    const project = { dependencies: { net8: { own: { type: "Project", dependencies } } } };
    expect(read("packages.lock.json", JSON.stringify(project))?.packages).toEqual([]);
    // A guard: where the list was copied for each of them, it took a minute.
    const needs = Array.from({ length: 250_000 }, (_, at) => `      d${at}\n`).join("");
    expect(read("Gemfile.lock", `GEM\n  specs:\n    a (1.0)\n${needs}`)?.packages).toHaveLength(1);
  });
  test("archives within an archive, of which each would unpack to a hundred megabytes", { timeout: 120_000 }, () => {
    const zeros = Buffer.alloc(100 * 1024 * 1024);
    const one = zipOf({ "a.jar": zeros });
    // All of them are the same bytes: their directory names the first.
    const entry = one.subarray(one.indexOf("PK\x01\x02"), one.length - 22);
    const end = Buffer.from(one.subarray(one.length - 22));
    const count = 5000;
    end.writeUInt16LE(count, 8);
    end.writeUInt16LE(count, 10);
    end.writeUInt32LE(entry.length * count, 12);
    const bomb = Buffer.concat([one.subarray(0, one.indexOf("PK\x01\x02")), ...Array.from({ length: count }, () => entry), end]);
    expect(bomb.length).toBeLessThan(500_000);
    expect(read("bomb.jar", bomb)).toEqual({ packages: [], unseen: "it holds more archives, packages or bytes than are looked at" });
  });
});
