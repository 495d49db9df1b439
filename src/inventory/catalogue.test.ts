import { readdirSync } from "node:fs";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { CATALOGERS } from "./catalogue.ts";
import { catalogerFor } from "./cataloger.ts";
import type { Package } from "./package.ts";
import { zipOf } from "./zip.fixture.ts";

const catalogerOf = catalogerFor(CATALOGERS);

const read = (path: string, content: string): readonly Package[] | undefined =>
  catalogerOf(path)?.read(Buffer.from(content), path)?.packages;

const short = (packages: readonly Package[] | undefined): readonly string[] | undefined =>
  packages?.map(({ type, namespace, name, version, source }) =>
    [type, namespace, name, version, source === undefined ? undefined : `${source.name}=${source.version}`].filter(Boolean).join(" "),
  );

test("of Alpine, what provides what another needs", () => {
  const database =
    "P:musl\nV:1.2.5-r0\np:so:libc.musl-x86_64.so.1=1\n\nP:busybox\nV:1.36.1-r2\nD:so:libc.musl-x86_64.so.1 !uutils\np:/bin/sh cmd:sh=1.36.1-r2\n\nP:app\nV:1-r0\nD:/bin/sh busybox>=1.3 gone\n\n";
  expect(CATALOGERS.find(({ name }) => name === "apk")?.read(Buffer.from(database), "lib/apk/db/installed")?.edges).toEqual([
    [1, 0],
    [2, 1],
    [2, 1],
  ]);
});

test("a Python package that is an archive", () => {
  const egg = zipOf({ "EGG-INFO/PKG-INFO": "Metadata-Version: 1.0\nName: six\nVersion: 1.16.0\n", "six.py": "" });
  const path = "usr/lib/python2.7/site-packages/six-1.16.0-py2.7.egg";
  const read = (content: Buffer) => catalogerOf(path)?.read(content, path);
  expect(short(read(egg)?.packages)).toEqual(["pypi six 1.16.0"]);
  expect(read(Buffer.from("no archive"))).toBeUndefined();
});

test("slices of Ubuntu's packages, with the files of each", () => {
  const wall = [
    { jsonwall: "1.0", schema: "1.0" },
    { kind: "package", name: "libc6", version: "2.39-0ubuntu8.3", sha256: "x", arch: "amd64" },
    { kind: "path", path: "/usr/lib/libc.so.6", slices: ["libc6_libs"] },
    { kind: "slice", name: "libc6_libs" },
  ];
  const packed = zstdCompressSync(Buffer.from(wall.map((line) => JSON.stringify(line)).join("\n")));
  const found = CATALOGERS.find(({ name }) => name === "chisel")?.read(packed, "var/lib/chisel/manifest.wall");
  expect(short(found?.packages)).toEqual(["deb libc6 2.39-0ubuntu8.3 libc6=2.39-0ubuntu8.3"]);
  expect(found?.owns).toEqual(new Map([["libc6", ["usr/lib/libc.so.6"]]]));
});

test("the folder holds exactly these, and each file is one's alone", () => {
  const files = readdirSync(join(import.meta.dirname, "catalogers")).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  expect(files.map((name) => name.replace(/\.ts$/, "")).toSorted()).toEqual(CATALOGERS.map(({ name }) => name).toSorted());
});

describe("what a file tells", () => {
  test.each([
    [
      "var/lib/dpkg/status",
      "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc (2.36-9)\nVersion: 2.36-9+b1\nDescription: x\n Version: 9\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: bash\nStatus: install ok installed\nVersion: 5.2-1\n",
      ["deb libc6 2.36-9+b1 glibc=2.36-9", "deb bash 5.2-1 bash=5.2-1"],
    ],
    ["var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a-0+deb12u1\n", ["deb tzdata 2024a-0+deb12u1 tzdata=2024a-0+deb12u1"]],
    [
      "lib/apk/db/installed",
      "P:ssl_client\nV:1.36.1-r2\nA:x86_64\no:busybox\nL:GPL-2.0-only\nF:usr/bin\nR:ssl_client\nZ:Q1x=\n\nP:no-version\n\n",
      ["apk ssl_client 1.36.1-r2 busybox=1.36.1-r2"],
    ],
    ["app/node_modules/@babel/core/package.json", '{"name":"@babel/core","version":"7.1.0","license":"MIT"}', ["npm @babel core 7.1.0"]],
    ["app/node_modules/left/esm/package.json", '{"type":"module"}', undefined],
    [
      "usr/lib/python3/dist-packages/Flask-2.0.dist-info/METADATA",
      "Metadata-Version: 2.1\nName: Flask\nVersion: 2.0\n\nVersion: 3\n",
      ["pypi Flask 2.0"],
    ],
    ["usr/lib/python3/dist-packages/six-1.16.egg-info", "Name: six\nVersion: 1.16.0\nLicense: MIT\n", ["pypi six 1.16.0"]],
    [
      "usr/local/bundle/specifications/rack-2.2.3.gemspec",
      'Gem::Specification.new do |s|\n  s.name = "rack".freeze\n  s.version = "2.2.3"\n  s.licenses = ["MIT".freeze]\nend\n',
      ["gem rack 2.2.3"],
    ],
    [
      "app/vendor/composer/installed.json",
      '{"packages":[{"name":"symfony/http-kernel","version":"v5.4.1","license":["MIT"]},{"name":"broken"}]}',
      ["composer symfony http-kernel v5.4.1"],
    ],
    ["app/vendor/composer/installed.json", '[{"name":"a/b","version":"1.0"}]', ["composer a b 1.0"]],
    [
      "app/web.deps.json",
      '{"libraries":{"web/1.0.0":{"type":"project"},"Newtonsoft.Json/12.0.1":{"type":"package"}}}',
      ["nuget web 1.0.0", "nuget Newtonsoft.Json 12.0.1"],
    ],
    [
      "Cargo.lock",
      'version = 3\n\n[[package]]\nname = "nom"\nversion = "4.2.3"\ndependencies = [\n "memchr",\n]\n\n[metadata]\nname = "x"\nversion = "9"\n',
      ["cargo nom 4.2.3"],
    ],
    [
      "poetry.lock",
      '[[package]]\nname = "six"\nversion = "1.16.0"\ndescription = """\n[[package]]\nname = "not"\nversion = "1"\n"""\n\n[package.dependencies]\nversion = "7"\n',
      ["pypi six 1.16.0"],
    ],
    ["pylock.dev.toml", '[[packages]]\nname = "attrs"\nversion = "25.1.0"\n', ["pypi attrs 25.1.0"]],
    ["Pipfile.lock", '{"default":{"six":{"version":"==1.16.0"}},"develop":{"local":{"path":"."}}}', ["pypi six 1.16.0"]],
    [
      "requirements-dev.txt",
      'flask==2.0 ; python_version > "3"  # x\nsix>=1\n-r other.txt\nrequests[socks] == 2.22.0 \\\n  --hash=sha256:00\nwild==1.*\n',
      ["pypi flask 2.0", "pypi requests 2.22.0"],
    ],
    [
      "package-lock.json",
      '{"lockfileVersion":3,"packages":{"":{"name":"app","version":"1.0.0"},"node_modules/@a/b":{"version":"2.0.0"},"node_modules/x/node_modules/c":{"version":"3.0.0"},"node_modules/alias":{"name":"real","version":"4.0.0"},"node_modules/ws":{"link":true,"resolved":"ws"},"ws":{"version":"1.0.0"}}}',
      ["npm @a b 2.0.0", "npm c 3.0.0", "npm real 4.0.0"],
    ],
    [
      "package-lock.json",
      '{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","dependencies":{"b":{"version":"2.0.0"}}},"git":{"version":"git+ssh://x/y"}}}',
      ["npm a 1.0.0", "npm b 2.0.0"],
    ],
    [
      "yarn.lock",
      '"@babel/core@^7.0.0", "@babel/core@^7.1.0":\n  version "7.1.0"\n\nleft@1:\n  version "1.0.0"\n',
      ["npm @babel core 7.1.0", "npm left 1.0.0"],
    ],
    [
      "yarn.lock",
      '__metadata:\n  version: 6\n\n"alias@npm:real@^1":\n  version: 1.2.0\n\n"app@workspace:.":\n  version: 0.0.0-use.local\n',
      ["npm real 1.2.0"],
    ],
    [
      "pnpm-lock.yaml",
      "lockfileVersion: '9.0'\nimporters:\n  .:\n    x:\npackages:\n\n  '@a/b@1.0.0':\n    resolution: {}\n\n  c@2.0.0(d@1.0.0):\n    resolution: {}\n\nsnapshots:\n\n  z@9.0.0: {}\n",
      ["npm @a b 1.0.0", "npm c 2.0.0"],
    ],
    [
      "pnpm-lock.yaml",
      "lockfileVersion: 5.4\npackages:\n\n  /@a/b/1.0.0:\n    dev: true\n\n  /c/2.0.0_d@1.0.0:\n    dev: true\n",
      ["npm @a b 1.0.0", "npm c 2.0.0"],
    ],
    [
      "bun.lock",
      '{\n  "packages": {\n    "@a/b": ["@a/b@1.0.0", "", {}, "sha512-x"],\n\n    "app": ["app@workspace:."],\n  }\n}\n',
      ["npm @a b 1.0.0"],
    ],
    [
      "Gemfile.lock",
      "GEM\n  remote: https://rubygems.org/\n  specs:\n    rack (2.2.3)\n      base (~> 1.0)\n    nokogiri (1.15.0-x86_64-linux)\n\nBUNDLED WITH\n   2.1.4\n",
      ["gem rack 2.2.3", "gem nokogiri 1.15.0", "gem bundler 2.1.4"],
    ],
    [
      "composer.lock",
      '{"packages":[{"name":"a/b","version":"1.0"}],"packages-dev":[{"name":"c/d","version":"2.0"}]}',
      ["composer a b 1.0", "composer c d 2.0"],
    ],
    [
      "go.mod",
      "module example.com/app\n\ngo 1.21\n\nrequire github.com/a/b v1.0.0\n\nrequire (\n\tgithub.com/c/d v2.0.0 // indirect\n\tgithub.com/e/f v3.0.0\n)\n\nreplace github.com/c/d => github.com/x/d v2.1.0\n\nreplace github.com/e/f => ../f\n",
      ["golang github.com/a/b v1.0.0", "golang github.com/x/d v2.1.0"],
    ],
    [
      "opt/java/openjdk/release",
      'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_RUNTIME_VERSION="17.0.9+9-Debian-1deb12u1"\nJAVA_VERSION="17.0.9"\n',
      ["generic java 17.0.9+9"],
    ],
    ["usr/lib/jvm/java-8/release", 'JAVA_VERSION="1.8.0_392"\nOS_NAME="Linux"\n', ["generic java 1.8.0_392"]],
    ["etc/release", "12\n", undefined],
    [
      "opt/bitnami/nginx/.spdx-nginx.spdx",
      '{"packages":[{"name":"nginx","licenseDeclared":"BSD-2-Clause","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:bitnami/nginx@1.25.3-0?arch=amd64&distro=debian-12"}]},{"name":"other"}]}',
      ["bitnami nginx 1.25.3-0"],
    ],
    [
      "pom.xml",
      "<project><parent><groupId>a.b</groupId><artifactId>up</artifactId><version>7</version></parent><artifactId>app</artifactId><properties><x.version>1.2</x.version></properties><dependencyManagement><dependencies><dependency><groupId>m</groupId><artifactId>n</artifactId><version>${x.version}</version></dependency></dependencies></dependencyManagement><!-- <dependencies> --><dependencies><dependency><groupId>m</groupId><artifactId>n</artifactId></dependency><dependency><groupId>c</groupId><artifactId>d</artifactId><version>${nobody}</version></dependency><dependency><groupId>e</groupId><artifactId>f</artifactId><version>[1,2)</version></dependency></dependencies><build><plugins><plugin><dependencies><dependency><groupId>p</groupId><artifactId>q</artifactId><version>1</version></dependency></dependencies></plugin></plugins></build></project>",
      ["maven a.b app 7", "maven m n 1.2"],
    ],
    [
      "packages.lock.json",
      '{"version":1,"dependencies":{"net8.0":{"Serilog":{"type":"Direct","resolved":"3.1.1"},"mine":{"type":"Project"}},"net8.0/linux-x64":{"Serilog":{"resolved":"3.1.1"}}}}',
      ["nuget Serilog 3.1.1"],
    ],
    [
      "obj/project.assets.json",
      '{"libraries":{"Serilog/3.1.1":{"type":"package"},"mine/1.0.0":{"type":"project"}}}',
      ["nuget Serilog 3.1.1"],
    ],
    ["packages.config", '<packages><package id="jQuery" version="3.1.1" targetFramework="net46" /></packages>', ["nuget jQuery 3.1.1"]],
    [
      "gradle.lockfile",
      "# This is a Gradle generated file\norg.slf4j:slf4j-api:2.0.9=compileClasspath,runtimeClasspath\nempty=annotationProcessor\n",
      ["maven org.slf4j slf4j-api 2.0.9"],
    ],
    [
      "conan.lock",
      '{"version":"0.5","requires":["zlib/1.2.13#e377bee636333ae348d51ca90874e353%1667924022.93"],"build_requires":["cmake/3.24.2@acme/stable#x"]}',
      ["conan zlib 1.2.13", "conan cmake 3.24.2"],
    ],
    [
      "opt/conda/conda-meta/openssl-3.0.12-h7f8727e_0.json",
      '{"name":"openssl","version":"3.0.12","license":"Apache-2.0"}',
      ["conda openssl 3.0.12"],
    ],
    [
      "usr/lib/opkg/status",
      "Package: busybox\nVersion: 1.36.1-1\nStatus: install ok installed\n",
      ["opkg busybox 1.36.1-1 busybox=1.36.1-1"],
    ],
  ])("%s", (path, content, packages) => {
    expect(short(read(path, content))).toEqual(packages);
  });
});

test.each([
  [
    "var/lib/dpkg/status",
    "Package: curl\nVersion: 7\nPre-Depends: dpkg (>= 1)\nDepends: libc6:any (>= 2.34), debconf | debconf-2.0,\n libcurl4 (= 7)\n",
    [
      ["dpkg", ">= 1"],
      ["libc6", ">= 2.34"],
      ["debconf", ""],
      ["libcurl4", "= 7"],
    ],
  ],
  [
    "a/package.json",
    '{"name":"a","version":"1","dependencies":{"b":"^1","c":7},"devDependencies":{"d":"1"},"optionalDependencies":{"e":"2"}}',
    [
      ["e", "2"],
      ["b", "^1"],
    ],
  ],
  [
    "x.dist-info/METADATA",
    'Name: x\nVersion: 1\nRequires-Dist: Foo_Bar[baz] (>=2,<3)\nRequires-Dist: six ; python_version < "3"\nRequires-Dist: pytest ; extra == "test"\n\nRequires-Dist: body\n',
    [
      ["foo-bar", ">=2,<3"],
      ["six", ""],
    ],
  ],
  [
    "specifications/a.gemspec",
    's.name = "a"\ns.version = "1"\ns.add_runtime_dependency(%q<rack>.freeze, ["~> 2.0".freeze, "!= 2.1"])\ns.add_development_dependency(%q<rake>.freeze, ["> 0"])\n',
    [["rack", "~> 2.0, != 2.1"]],
  ],
  ["vendor/composer/installed.json", '{"packages":[{"name":"a/b","version":"1","require":{"php":">=8","c/d":"^2"}}]}', [["c/d", "^2"]]],
  ["package-lock.json", '{"packages":{"node_modules/a":{"version":"1.0.0","dependencies":{"b":"^1"}}}}', [["b", "^1"]]],
] as const)("%s tells what its packages ask for", (path, content, requires) => {
  expect(read(path, content)?.[0]?.requires).toEqual(requires);
});

describe("files that only look the part", () => {
  const PATHS = [
    "opt/java/release",
    "a/.spdx-a.spdx",
    "pom.xml",
    "packages.lock.json",
    "project.assets.json",
    "packages.config",
    "gradle.lockfile",
    "conan.lock",
    "conda-meta/a.json",
    "usr/lib/opkg/status",
    "var/lib/chisel/manifest.wall",
    "Package.resolved",
    "mix.lock",
    "rebar.lock",
    "Podfile.lock",
    "pubspec.lock",
    "stack.yaml.lock",
    "cabal.project.freeze",
    "a/DESCRIPTION",
    "a.rockspec",
    "ebin/a.app",
    "a/pack.pl",
    ".terraform.lock.hcl",
    "setup.py",
    "var/lib/pacman/local/a-1-1/desc",
    "var/lib/pacman/local/a-1-1/files",
    "var/db/pkg/a/b-1/CONTENTS",
    ".registry/a.reg",
    "wp-content/plugins/a/a.php",
    "a.1/opam",
    ".github/workflows/a.yml",
    "Cellar/a/1/.brew/a.rb",
    "var/lib/dpkg/status",
    "var/lib/dpkg/info/a.list",
    "lib/apk/db/installed",
    "node_modules/a/package.json",
    "a.dist-info/METADATA",
    "specifications/a.gemspec",
    "composer/installed.json",
    "a.deps.json",
    "Cargo.lock",
    "pylock.toml",
    "Pipfile.lock",
    "requirements.txt",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "Gemfile.lock",
    "composer.lock",
    "go.mod",
  ];
  const CONTENTS = [
    "",
    "\0\0\0",
    "{",
    "[]",
    "null",
    "[null, 7, {}]",
    '{"name":{},"version":[]}',
    '{"libraries":{"a/b":null}}',
    ": :\n:::\n\n\n",
    "Package\nVersion:",
    "\u{FEFF}{}",
    "P:\nV:\n\n".repeat(1000),
    `s.name = "${"a".repeat(100_000)}`,
    "Name: a\n".repeat(50_000),
    '"a==1" '.repeat(50_000),
    `package = "${"a\npackage = ".repeat(20_000)}`,
    `{application,a,[${"{vsn,".repeat(50_000)}`,
    `${"<dependency><groupId>".repeat(10_000)}<project>`,
  ];
  test.each(PATHS)("%s throws on nothing that it can hold", (path) => {
    for (const content of CONTENTS) expect(() => read(path, content)).not.toThrow();
  });
});
