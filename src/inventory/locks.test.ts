import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CATALOGERS } from "./catalogue.ts";
import { type Cataloged, catalogerFor } from "./cataloger.ts";

const catalogerOf = catalogerFor(CATALOGERS);

const read = (path: string, content: string | Buffer): Cataloged | undefined =>
  catalogerOf(path)?.read(Buffer.from(content as string), path);

const names = (found: Cataloged | undefined): readonly string[] =>
  (found?.packages ?? []).map(
    ({ namespace, name, version, development }) =>
      `${namespace === undefined ? "" : `${namespace}/`}${name} ${version}${development === true ? " dev" : ""}`,
  );
const needs = (found: Cataloged | undefined): readonly string[] => {
  const list = (found?.packages ?? []).map(({ name }) => name);
  return (found?.edges ?? []).map(([from, to]) => `${list[from]} > ${list[to]}`).toSorted();
};

/** Written by the tools themselves for one project: an alias, a workspace, a package in two versions, a peer, packages for development. */
const LOCKS = {
  npm1: "package-lock.json",
  npm3: "package-lock.json",
  yarn1: "yarn.lock",
  yarn3: "yarn.lock",
  yarn4: "yarn.lock",
  pnpm8: "pnpm-lock.yaml",
  pnpm9: "pnpm-lock.yaml",
  bun: "bun.lock",
} as const;
const lock = (tool: keyof typeof LOCKS): Cataloged | undefined =>
  read(LOCKS[tool], readFileSync(join(import.meta.dirname, "testdata/locks", tool, LOCKS[tool])));

const PACKAGES = [
  "@isaacs/string-locale-compare 1.1.0",
  "balanced-match 1.0.2",
  "brace-expansion 1.1.22",
  "concat-map 0.0.1",
  "fs.realpath 1.0.0",
  "glob 7.2.3",
  "inflight 1.0.6",
  "inherits 2.0.4",
  "js-tokens 4.0.0",
  "lodash 4.17.20",
  "lodash 4.17.21",
  "loose-envify 1.4.0",
  "minimatch 3.1.5",
  "object-assign 4.1.1",
  "once 1.4.0",
  "path-is-absolute 1.0.1",
  "react 17.0.2",
  "react-dom 17.0.2",
  "rimraf 3.0.2",
  "scheduler 0.20.2",
  "wrappy 1.0.2",
];
const NEEDS = [
  "brace-expansion > balanced-match",
  "brace-expansion > concat-map",
  "glob > fs.realpath",
  "glob > inflight",
  "glob > inherits",
  "glob > minimatch",
  "glob > once",
  "glob > path-is-absolute",
  "inflight > once",
  "inflight > wrappy",
  "loose-envify > js-tokens",
  "minimatch > brace-expansion",
  "once > wrappy",
  "react > loose-envify",
  "react > object-assign",
  "react-dom > loose-envify",
  "react-dom > object-assign",
  "react-dom > scheduler",
  "rimraf > glob",
  "scheduler > loose-envify",
  "scheduler > object-assign",
];

describe("one project, as each tool has locked it", () => {
  test.each(Object.keys(LOCKS) as (keyof typeof LOCKS)[])("%s", (tool) => {
    const found = lock(tool);
    expect(
      names(found)
        .map((one) => one.replace(/ dev$/, ""))
        .toSorted(),
    ).toEqual(PACKAGES);
    // Peers are told by some only.
    expect(needs(found).filter((one) => one !== "react-dom > react")).toEqual(NEEDS);
  });
  test.each(["npm1", "npm3", "pnpm8"] as const)("%s says what is for development only", (tool) => {
    const development = names(lock(tool)).filter((one) => one.endsWith(" dev"));
    expect(development).toHaveLength(12);
    expect(development).toContain("rimraf 3.0.2 dev");
  });
});

describe("what a lock file may hold besides", () => {
  test.each([
    [
      "package-lock.json",
      '{"packages":{"node_modules/a":{"version":"1.0.0","dev":true},"node_modules/b/node_modules/a":{"version":"1.0.0"}}}',
      ["a 1.0.0"],
    ],
    [
      "package-lock.json",
      '{"packages":{"packages/own":{"name":"@me/own","version":"1.0.0"},"node_modules/@me/own":{"link":true,"resolved":"packages/own"}}}',
      [],
    ],
    [
      "package-lock.json",
      '{"packages":{"node_modules/a":{"version":"1.0.0","inBundle":true},"node_modules/g":{"version":"2.0.0","resolved":"git+ssh://git@example.com/g.git#abc"}}}',
      ["a 1.0.0", "g 2.0.0"],
    ],
    [
      "package-lock.json",
      '{"dependencies":{"real":{"version":"npm:@a/b@2.0.0"},"tar":{"version":"https://example.com/t.tgz"},"own":{"version":"file:own"}}}',
      ["@a/b 2.0.0"],
    ],
    [
      "yarn.lock",
      '# yarn lockfile v1\n\n"a@>= 1.0.0", a@^1.1.0:\n  version "1.2.0"\n\n"g@git+https://example.com/g.git#v1":\n  version "1.0.0"\n',
      ["a 1.2.0", "g 1.0.0"],
    ],
    [
      "yarn.lock",
      '__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"typescript@npm:^5.0.0, typescript@npm:5.0.2":\n  version: 5.0.2\n  resolution: "typescript@npm:5.0.2"\n\n"typescript@patch:typescript@npm%3A^5.0.0#optional!builtin<compat/typescript>":\n  version: 5.0.2\n  resolution: "typescript@patch:typescript@npm%3A5.0.2#optional!builtin<compat/typescript>::version=5.0.2&hash=b5f058"\n',
      ["typescript 5.0.2"],
    ],
    [
      "yarn.lock",
      '? "a@npm:^1.0.0, a@npm:^1.0.1"\n:\n  version: 1.0.1\n  resolution: "a@npm:1.0.1"\n\n"own@portal:../own::locator=x":\n  version: 0.0.0-use.local\n  resolution: "own@portal:../own::locator=x"\n',
      ["a 1.0.1"],
    ],
    [
      "pnpm-lock.yaml",
      "lockfileVersion: 5.4\n\npackages:\n\n  /real/1.0.0_react@17.0.2:\n    dev: true\n    dependencies:\n      alias: /other/2.0.0\n\n  /real/1.0.0_react@18.0.0:\n    dev: false\n\n  /other/2.0.0:\n    dev: false\n\n  registry.example/@s/hosted/3.0.0:\n    dev: false\n\n  github.com/u/r/0123abc:\n    name: fromgit\n    version: 4.0.0\n\n  file:own:\n    name: own\n    version: 1.0.0\n",
      ["real 1.0.0", "other 2.0.0", "@s/hosted 3.0.0", "fromgit 4.0.0"],
    ],
    [
      "pnpm-lock.yaml",
      "lockfileVersion: '6.0'\n\npackages:\n\n  ? /@long/name@1.0.0(a@1)(b@2)\n  : resolution: {integrity: x}\n    dev: true\n\n  '@codeload/tar@https://example.com/t.tar.gz':\n    resolution: {tarball: x}\n    version: 2.0.0\n",
      ["@long/name 1.0.0 dev", "@codeload/tar 2.0.0"],
    ],
    [
      "bun.lock",
      '{\n  "lockfileVersion": 1,\n  // said\n  "packages": {\n    "a": ["real@1.0.0", "", { "dependencies": { "b": "^2" }, }, "x"],\n    "a/b": ["b@2.0.0", "", {}, "x"],\n    "b": ["b@1.0.0", "", {}, "x,}"],\n    "own": ["own@workspace:packages/own"],\n    "g": ["g@github:u/r#abc", {}, "u-r-abc"],\n  }\n}\n',
      ["real 1.0.0", "b 2.0.0", "b 1.0.0"],
    ],
    [
      "requirements.txt",
      "# a\\\nsix==1.16.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n-e git+https://example.com/x#egg=x\n-c constraints.txt\nlocal @ file:///x\ntorch==2.1.0+cu118 ; sys_platform == 'linux'\nold===1.0\nrange>=1.0,<2\nnot!=1.0\nwild==2.*\nurllib3 (==1.26.5)\nboth>=1,==1.5\n",
      ["six 1.16.0", "torch 2.1.0+cu118", "old 1.0", "urllib3 1.26.5", "both 1.5"],
    ],
    ["requirements/base.txt", Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("six==1.16.0\r\n", "utf16le")]), ["six 1.16.0"]],
    [
      "poetry.lock",
      '[[package]]\nname = "Flask"\nversion = "2.0.0"\ngroups = ["main", "dev"]\n\n[package.dependencies]\nwerkzeug = ">=2"\n\n[[package]]\nname = "Werkzeug"\nversion = "2.0.1"\ngroups = ["dev"]\n\n[[package]]\nname = "own"\nversion = "0"\n\n[package.source]\ntype = "directory"\n',
      ["Flask 2.0.0", "Werkzeug 2.0.1 dev", "own 0"],
    ],
    [
      "uv.lock",
      'version = 1\n\n[[package]]\nname = "app"\nversion = "0.1.0"\nsource = { virtual = "." }\ndependencies = [\n    { name = "flask" },\n]\n\n[[package]]\nname = "flask"\nversion = "2.0.0"\nsource = { registry = "x" }\ndependencies = [\n    { name = "werkzeug", marker = "python_version < \'3\'" },\n]\nwheels = [\n    { url = "x", hash = "y" },\n]\n\n[[package]]\nname = "werkzeug"\nversion = "2.0.1"\nsource = { registry = "x" }\n',
      ["flask 2.0.0", "werkzeug 2.0.1"],
    ],
    [
      "pylock.toml",
      'lock-version = "1.0"\n\n[[packages]]\nname = "attrs"\nversion = "25.1.0"\nrequires-python = ">=3.8"\nwheels = [\n  {name = "attrs.whl", url = "x", hashes = {sha256 = "y"}},\n]\n\n[[packages]]\nname = "own"\nversion = "1"\n[packages.directory]\npath = "."\n',
      ["attrs 25.1.0"],
    ],
    [
      "Pipfile.lock",
      '{"_meta":{"hash":{"sha256":"x"}},"default":{"six":{"version":"==1.16.0"}},"develop":{"pytest":{"version":"==7.0.0"},"any":{"version":"*"}},"docs":{"sphinx":{"version":"==5.0"}}}',
      ["six 1.16.0", "pytest 7.0.0 dev", "sphinx 5.0"],
    ],
    [
      "Gemfile.lock",
      "GIT\n  remote: https://example.com/a.git\n  revision: abc\n  specs:\n    fromgit (1.0)\n      rack (>= 2)\n\nGEM\n  specs:\n    nokogiri (1.15.0-java)\n      racc (~> 1.4)\n    nokogiri (1.15.0-x86_64-linux-gnu)\n    racc (1.7.1)\n    rack (2.2.3)\n\nPLATFORMS\n  java\n  x86_64-linux-gnu\n\nDEPENDENCIES\n  nokogiri (= 1.15.0)\n",
      ["fromgit 1.0", "nokogiri 1.15.0", "racc 1.7.1", "rack 2.2.3"],
    ],
    [
      "Cargo.lock",
      '[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = [\n "rand 0.7.3 (registry+https://example.com)",\n "rand 0.8.5",\n "libc",\n]\n\n[[package]]\nname = "libc"\nversion = "0.2.0"\n\n[[package]]\nname = "rand"\nversion = "0.7.3"\n\n[[package]]\nname = "rand"\nversion = "0.8.5"\n\n[[patch.unused]]\nname = "no"\nversion = "1.0.0"\n',
      ["app 0.1.0", "libc 0.2.0", "rand 0.7.3", "rand 0.8.5"],
    ],
    [
      "go.mod",
      'module example.com/app // x\n\ngo 1.24\n\ntoolchain go1.24.1\n\ntool example.com/tool\n\ntool (\n\texample.com/other\n)\n\nrequire (\n\t"quoted.example/a" v1.0.0\n\texample.com/b v2.0.0+incompatible // indirect\n\texample.com/c v3.0.0\n)\n\nexclude example.com/b v1.9.0\n\nretract [v0.1.0, v0.2.0]\n\nreplace (\n\texample.com/b v1.0.0 => example.com/fork v9.0.0\n\texample.com/c v3.0.0 => example.com/fork/c v3.0.1\n)\n',
      ["quoted.example/a v1.0.0", "example.com/b v2.0.0+incompatible", "example.com/fork/c v3.0.1"],
    ],
    [
      "composer.lock",
      '{"packages":[{"name":"a/b","version":"1.0","require":{"php":">=8","c/d":"*"}}],"packages-dev":[{"name":"c/d","version":"2.0"}]}',
      ["a/b 1.0", "c/d 2.0 dev"],
    ],
  ])("%s %#", (path, content, expected) => {
    expect(names(read(path, content))).toEqual(expected);
  });
  test("and what needs what", () => {
    expect(
      needs(
        read(
          "Cargo.lock",
          '[[package]]\nname = "a"\nversion = "1"\ndependencies = [\n "b 2",\n "c",\n]\n[[package]]\nname = "b"\nversion = "1"\n[[package]]\nname = "b"\nversion = "2"\n[[package]]\nname = "c"\nversion = "1"\n',
        ),
      ),
    ).toEqual(["a > b", "a > c"]);
    expect(
      needs(
        read("bun.lock", '{"packages":{"@x/a":["@x/a@1.0.0","",{"dependencies":{"b":"1"}}],"@x/a/b":["b@2.0.0","",{}],"b":["b@1.0.0"]}}'),
      ),
    ).toEqual(["a > b"]);
    expect(
      needs(
        read(
          "poetry.lock",
          '[[package]]\nname = "Flask"\nversion = "2"\n[package.dependencies]\nWerk_Zeug = ">=2"\n[[package]]\nname = "werk-zeug"\nversion = "2"\n',
        ),
      ),
    ).toEqual(["Flask > werk-zeug"]);
    expect(
      needs(
        read("composer.lock", '{"packages":[{"name":"a/b","version":"1","require":{"c/d":"*","ext-x":"*"}},{"name":"c/d","version":"2"}]}'),
      ),
    ).toEqual(["b > d"]);
  });
});
