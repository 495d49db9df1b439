import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CATALOGERS } from "./catalogue.ts";
import type { Package } from "./package.ts";

const read = (path: string, content: string): readonly Package[] | undefined =>
  CATALOGERS.find(({ isMine }) => isMine(path))?.read(Buffer.from(content), path)?.packages;

const short = (packages: readonly Package[] | undefined): readonly string[] | undefined =>
  packages?.map(({ type, namespace, name, version, source }) =>
    [type, namespace, name, version, source === undefined ? undefined : `${source.name}=${source.version}`].filter(Boolean).join(" "),
  );

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
      ["nuget Newtonsoft.Json 12.0.1"],
    ],
  ])("%s", (path, content, packages) => {
    expect(short(read(path, content))).toEqual(packages);
  });
});

describe("files that only look the part", () => {
  const PATHS = [
    "var/lib/dpkg/status",
    "var/lib/dpkg/info/a.list",
    "lib/apk/db/installed",
    "node_modules/a/package.json",
    "a.dist-info/METADATA",
    "specifications/a.gemspec",
    "composer/installed.json",
    "a.deps.json",
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
  ];
  test.each(PATHS)("%s throws on nothing that it can hold", (path) => {
    for (const content of CONTENTS) expect(() => read(path, content)).not.toThrow();
  });
});
