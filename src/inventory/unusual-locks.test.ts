import { describe, expect, test } from "vitest";
import { CATALOGERS } from "./catalogue.ts";
import type { Cataloged } from "./cataloger.ts";

const read = (path: string, content: string | object): Cataloged | undefined =>
  CATALOGERS.find(({ isMine }) => isMine(path))?.read(
    Buffer.from(typeof content === "string" ? content : `\uFEFF${JSON.stringify(content)}`),
    path,
  );

/** `name version`, then whether it is for development, the project's own, asked for by the project. */
const told = (found: Cataloged | undefined): readonly string[] =>
  (found?.packages ?? [])
    .map(({ namespace, name, version, development, own, direct }) =>
      [
        `${namespace === undefined ? "" : `${namespace}/`}${name} ${version}`,
        ...(development === true ? ["dev"] : []),
        ...(own === true ? ["own"] : []),
        ...(direct === true ? ["direct"] : []),
      ].join(" "),
    )
    .toSorted();

const needs = (found: Cataloged | undefined): readonly string[] => {
  const list = (found?.packages ?? []).map(({ name, version }) => `${name} ${version}`);
  return (found?.edges ?? []).map(([from, to]) => `${list[from]} > ${list[to]}`).toSorted();
};

describe("TOML as its specification allows it (toml.io)", () => {
  test("a list may end behind its last item, a text may hold what ends another, keys may be indented", () => {
    const found = read(
      "poetry.lock",
      `[[package]]
name = "first"
version = "1.0"
description = "turns ''' and \\"\\"\\" and [[package]] into something"
files = [
    {file = "a.whl", hash = "sha256:aa"}, # the first ]
    {file = "b.whl", hash = "sha256:bb"}]

[package.dependencies]
second = [
    {version = ">=1", markers = "python_version < \\"3.9\\""},
    {version = ">=2", markers = "python_version >= \\"3.9\\""}]

[[package]]
  name = 'second' # said
  version = "2.0"
  description = """
[[package]]
name = "none"
version = "0"
"""
  groups = [["dev"]]

[[package]]
name = "third"
version = "3.0"
files = ["""
]
[[package]]
""", "x"]
`,
    );
    expect(told(found)).toEqual(["first 1.0", "second 2.0 dev", "third 3.0"]);
    expect(needs(found)).toEqual(["first 1.0 > second 2.0"]);
  });
});

describe("Python", () => {
  test("Poetry: a folder is the project's own, a repository is a package", () => {
    const source = (type: string): string => `[package.source]\ntype = "${type}"\nurl = "../x"\n`;
    const one = (name: string, rest: string): string => `[[package]]\nname = "${name}"\nversion = "1"\n${rest}\n`;
    expect(told(read("poetry.lock", `${one("folder", source("directory"))}${one("fromgit", source("git"))}`))).toEqual([
      "folder 1 own",
      "fromgit 1",
    ]);
  });
  test("pylock.toml: who needs whom in tables of their own, and names in others that are none of packages (PEP 751)", () => {
    const found = read(
      "pylock.dev.toml",
      `lock-version = '1.0'
environments = ["sys_platform == 'win32'",
  "sys_platform == 'linux'"]

[[packages]]
name = 'cattrs'
version = '24.1.2'
wheels = [{name = 'cattrs.whl', hashes = {sha256 = 'aa'}}]
[[packages.dependencies]]
name = 'attrs'
version = '25.1.0'
[[packages.attestation-identities]]
kind = 'GitHub'
name = 'none'
version = '0.0.0'

[[packages]]
name = 'attrs'
version = '25.1.0'

[[packages]]
name = 'attrs'
version = '21.0.0'

[[packages]]
name = 'mine'
version = '1.0.0'
directory = {path = '.', editable = true}
`,
    );
    expect(told(found)).toEqual(["attrs 21.0.0", "attrs 25.1.0", "cattrs 24.1.2"]);
    expect(needs(found)).toEqual(["cattrs 24.1.2 > attrs 25.1.0"]);
  });
  test("uv: forks, members, groups and repositories", () => {
    const found = read(
      "uv.lock",
      `version = 1
conflicts = [[
    { package = "root", extra = "a" },
]]

[manifest]
members = ["member"]

[[manifest.dependency-metadata]]
name = "none"
version = "0.70"

[[package]]
name = "member"
version = "0.1.0"
source = { editable = "packages/member" }
dependencies = [
    { name = "numpy", version = "1.26.4", source = { registry = "https://pypi.org/simple" }, marker = "python_full_version < '3.12'" },
]
[package.dev-dependencies]
dev = [{ name = "gitone" }]
[package.metadata]
requires-dist = [{ name = "numpy", specifier = ">=1" }]

[[package]]
name = "numpy"
version = "1.26.4"
source = { registry = "https://pypi.org/simple" }
resolution-markers = ["python_full_version < '3.12'"]

[[package]]
name = "numpy"
version = "2.1.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "gitone"
version = "1.2.3"
source = { git = "https://github.com/u/gitone?rev=main#0123" }
`,
    );
    expect(told(found)).toEqual(["gitone 1.2.3 direct", "numpy 1.26.4 direct", "numpy 2.1.0"]);
  });
});

describe("Cargo", () => {
  test("the same name and version of the project's own, of a registry and of a repository is a registry's", () => {
    const crate = (name: string, source?: string, list = ""): string =>
      `[[package]]\nname = "${name}"\nversion = "1.0.0"\n${source === undefined ? "" : `source = "${source}"\n`}${list}\n`;
    const found = read(
      "Cargo.lock",
      [
        "version = 4\n",
        crate("app", undefined, 'dependencies = [\n "dup 1.0.0 (registry+https://x)",\n "far 1.0.0 (git+https://y?branch=a%2Fb)"]'),
        crate("dup", undefined, 'dependencies = [\n "far 1.0.0 (registry+https://x)",\n]'),
        crate("dup", "registry+https://x"),
        crate("far", "git+https://y?branch=a%2Fb#0123"),
        crate("far", "registry+https://x"),
      ].join("\n"),
    );
    expect(told(found)).toEqual(["app 1.0.0 own", "dup 1.0.0 direct", "far 1.0.0 direct"]);
  });
});

describe("npm packages", () => {
  test("Yarn: an archive of the repository is a package, a folder is none; a catalogue's range is found by its name", () => {
    const found = read(
      "yarn.lock",
      `__metadata:
  version: 8

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    lodash: "catalog:"
    old: "npm:lodash@4.17.15"

"folder@file:./folder.tgz-not::locator=app%40workspace%3A.":
  version: 1.0.0
  resolution: "folder@file:./folder.tgz-not#./folder.tgz-not::hash=abc&locator=app%40workspace%3A."

"archive@file:./a-3.0.0.tgz::locator=app%40workspace%3A.":
  version: 3.0.0
  resolution: "archive@file:./a-3.0.0.tgz#./a-3.0.0.tgz::hash=abc&locator=app%40workspace%3A."

"lodash@npm:^4.17.20":
  version: 4.17.21
  resolution: "lodash@npm:4.17.21"

"old@npm:lodash@4.17.15":
  version: 4.17.15
  resolution: "lodash@npm:4.17.15"
`,
    );
    expect(told(found)).toEqual(["archive 3.0.0", "lodash 4.17.15 direct", "lodash 4.17.21 direct"]);
  });
  test("Yarn 1: aliases, repositories, archives and folders; an address is no name", () => {
    const entry = (asked: string, version: string): string => `${asked}:\n  version "${version}"\n`;
    const found = read(
      "yarn.lock",
      [
        "# yarn lockfile v1\n",
        entry('"old@npm:lodash@4.17.15", "older@npm:lodash@4.17.15"', "4.17.15"),
        entry('"scoped@npm:@s/x@^1"', "1.0.0"),
        entry('"left@git+ssh://git@github.com/u/left.git#semver:^1.0.0"', "1.3.0"),
        entry('"local@file:./packages/local"', "1.0.0"),
        entry('"archive@file:./archive-1.1.0.tgz"', "1.1.0"),
        entry('"https://example.com/pkg-2.0.0.tgz"', "2.0.0"),
        entry('"u/r#main"', "0.5.0"),
      ].join("\n"),
    );
    expect(told(found)).toEqual(["@s/x 1.0.0", "archive 1.1.0", "left 1.3.0", "lodash 4.17.15"]);
  });
  test("pnpm: patched ones, catalogues, a runtime, archives and folders of the repository, and what goes by its address", () => {
    const found = read(
      "pnpm-lock.yaml",
      `lockfileVersion: '9.0'

catalogs:
  default:
    react:
      specifier: ^18.2.0
      version: 18.2.0

importers:

  .:
    dependencies:
      alias:
        specifier: npm:lodash@4.17.20
        version: lodash@4.17.20(patch_hash=3ff5bd)
      gitdep:
        specifier: github:u/gitdep
        version: https://codeload.example/u/gitdep/tar.gz/0123
    devDependencies:
      node:
        specifier: runtime:22.0.0
        version: runtime:22.0.0

packages:

  lodash@4.17.20:
    resolution: {integrity: x}

  gitdep@https://codeload.example/u/gitdep/tar.gz/0123:
    resolution: {tarball: x}
    version: 2.0.0

  node@runtime:22.0.0:
    hasBin: true
    version: 22.0.0

  folder@file:vendor/folder:
    resolution: {directory: vendor/folder, type: directory}
    version: 6.0.0

  archive@file:vendor/archive-5.0.0.tgz:
    resolution: {tarball: file:vendor/archive-5.0.0.tgz}
    version: 5.0.0

snapshots:

  archive@file:vendor/archive-5.0.0.tgz:
    dependencies:
      gitdep: https://codeload.example/u/gitdep/tar.gz/0123
      lo: lodash@4.17.20(patch_hash=3ff5bd)
`,
    );
    expect(told(found)).toEqual(["archive 5.0.0", "gitdep 2.0.0 direct", "lodash 4.17.20 direct"]);
    expect(needs(found)).toEqual(["archive 5.0.0 > gitdep 2.0.0", "archive 5.0.0 > lodash 4.17.20"]);
  });
  test("Bun: what the project and its workspaces ask for", () => {
    const packages = {
      "@me/ws": ["@me/ws@workspace:packages/ws"],
      al: ["lodash@4.17.20", "", {}, "x"],
      deep: ["deep@1.0.0", "", {}, "x"],
      "@me/ws/deep": ["deep@2.0.0", "", {}, "x"],
    };
    const workspaces = { "": { devDependencies: { al: "npm:lodash@4" } }, "packages/ws": { name: "@me/ws", dependencies: { deep: "^2" } } };
    expect(told(read("bun.lock", { lockfileVersion: 1, workspaces, packages }))).toEqual([
      "deep 1.0.0",
      "deep 2.0.0 direct",
      "lodash 4.17.20 direct",
    ]);
  });
});

test("Composer: a folder of the repository is its own, and a branch is no release; what stands in another's place is what is needed", () => {
  const found = read("composer.lock", {
    packages: [
      { name: "symfony/symfony", version: "v5.4.0", replace: { "symfony/console": "self.version" } },
      { name: "acme/app", version: "2.0.0", require: { "symfony/console": "^5", "psr/log-implementation": "1", php: ">=8" } },
      { name: "monolog/monolog", version: "2.0.0", provide: { "psr/log-implementation": "1.0.0" } },
      { name: "acme/local", version: "1.0.0", dist: { type: "path", url: "../local" } },
      { name: "acme/branch", version: "dev-main", dist: { type: "zip" } },
      { name: "acme/releases", version: "2.0.x-dev", dist: { type: "zip" } },
    ],
  });
  expect(told(found)).toEqual([
    "acme/app 2.0.0",
    "acme/branch dev-main own",
    "acme/local 1.0.0 own",
    "acme/releases 2.0.x-dev",
    "monolog/monolog 2.0.0",
    "symfony/symfony v5.4.0",
  ]);
  expect(needs(found)).toEqual(["app 2.0.0 > monolog 2.0.0", "app 2.0.0 > symfony v5.4.0"]);
});

test("Bundler: a gem of a path is the project's own", () => {
  const lock = "PATH\n  remote: .\n  specs:\n    mine (0.1.0.pre)\n      rack (>= 2)\n\nGEM\n  remote: x\n  specs:\n    rack (2.2.3)\n";
  expect(told(read("Gemfile.lock", lock))).toEqual(["mine 0.1.0.pre own", "rack 2.2.3"]);
});

test("go.mod has no comments but those behind two slashes (go.dev/ref/mod#go-mod-file-lexical)", () => {
  const mod =
    "module example.com/app // see docs/* for more\n\nrequire (\n\texample.com/a v1.0.0 // indirect; was /* old */\n\texample.com/b v1.1.0\n)\n";
  expect(told(read("go.mod", mod))).toEqual(["example.com/a v1.0.0", "example.com/b v1.1.0 direct"]);
});

test(".NET: what was only compiled against, and assemblies that are of no package, are none", () => {
  const found = read("app.deps.json", {
    runtimeTarget: { name: "t" },
    targets: {
      t: {
        "app/1.0.0": { dependencies: { "Real.One": "12.0.1", "Foo.Reference": "3.0.0.0" }, runtime: { "app.dll": {} } },
        "Real.One/12.0.1": { runtime: { "lib/Real.One.dll": {} } },
        "Build.Only/1.0.0": { compile: { "ref/x.dll": {} }, compileOnly: true },
        "Foo.Reference/3.0.0.0": { runtime: { "Foo.dll": {} } },
        "mscorlib/4.0.0.0": { compile: { "mscorlib.dll": {} }, compileOnly: true },
      },
    },
    libraries: {
      "app/1.0.0": { type: "project" },
      "Real.One/12.0.1": { type: "package" },
      "Build.Only/1.0.0": { type: "package" },
      "Foo.Reference/3.0.0.0": { type: "reference" },
      "mscorlib/4.0.0.0": { type: "referenceassembly" },
    },
  });
  expect(told(found)).toEqual(["Real.One 12.0.1", "app 1.0.0 own"]);
  expect(found?.covers).not.toContain("Foo.dll");
});
