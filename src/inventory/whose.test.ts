import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readGoProgram } from "./binaries/go-program.ts";
import { CATALOGERS } from "./catalogue.ts";
import { catalogerFor } from "./cataloger.ts";
import { inventoryOfFolder } from "./folder.ts";
import { groupOfArtifact } from "./java-groups.ts";
import { zipOf } from "./zip.fixture.ts";

const catalogerOf = catalogerFor(CATALOGERS);

/** Packages with `own` behind those that no registry has. */
const read = (path: string, content: string | Buffer): readonly string[] | undefined =>
  catalogerOf(path)
    ?.read(Buffer.from(content as string), path)
    ?.packages.map(({ namespace, name, version, own }) =>
      [...(namespace === undefined ? [] : [namespace]), name, version, ...(own === true ? ["own"] : [])].join(" "),
    );

const STATUS = (state: string) => `Package: curl\nStatus: ${state}\nVersion: 7.88-1+b1\nSource: curl (7.88-1)\n`;

describe("Debian", () => {
  test.each([
    ["install ok installed", 1],
    ["hold ok installed", 1],
    ["deinstall ok installed", 1],
    ["install ok unpacked", 1],
    ["install ok half-configured", 1],
    ["install ok triggers-pending", 1],
    ["deinstall ok config-files", 0],
    ["unknown ok not-installed", 0],
    ["purge ok not-installed", 0],
  ])("%s", (state, count) => {
    expect(read("var/lib/dpkg/status", STATUS(state))).toHaveLength(count);
  });
});

test("a name that apk has made for others holds nothing", () => {
  const database =
    "P:.build-deps\nV:20260101.120000\nA:noarch\nT:virtual meta package\nD:gcc\n\nP:gcc\nV:13.2.1-r1\no:gcc\nT:The GNU Compiler Collection\n\n";
  expect(read("lib/apk/db/installed", database)).toEqual(["gcc 13.2.1-r1"]);
});

describe("npm", () => {
  test.each([
    ["app/package.json", ["left 1.0.0"]],
    ["app/node_modules/a/package.json", ["left 1.0.0"]],
    ["app/node_modules/a/dist/vendor/left/package.json", ["left 1.0.0"]],
    ["app/node_modules/a/node_modules/left/package.json", ["left 1.0.0"]],
    ["app/test/package.json", ["left 1.0.0"]],
    ["test/app/node_modules/a/package.json", ["left 1.0.0"]],
    ["app/node_modules/test/package.json", ["left 1.0.0"]],
    ["app/node_modules/@x/test/package.json", ["left 1.0.0"]],
    ["app/node_modules/a/test/node_modules/left/package.json", ["left 1.0.0"]],
    ["app/node_modules/a/node_modules/test/package.json", ["left 1.0.0"]],
    ["app/node_modules/a/test/fixtures/left/package.json", undefined],
    ["app/node_modules/@x/a/lib/__tests__/left/package.json", undefined],
    ["app/node_modules/a/examples/left/package.json", undefined],
  ])("%s", (path, expected) => {
    expect(read(path, '{"name":"left","version":"1.0.0"}')).toEqual(expected);
  });
  test("what is never published is one's own; what was installed may be a fork", () => {
    const written = '{"name":"left","version":"1.0.0","private":true}';
    expect(read("app/package.json", written)).toEqual(["left 1.0.0 own"]);
    expect(read("app/node_modules/left/package.json", written)).toEqual(["left 1.0.0"]);
    expect(read("app/package.json", '{"name":"left","private":true}')).toBeUndefined();
  });
  test("an alias goes by what it stands for", () => {
    expect(read("app/node_modules/alias/package.json", '{"name":"@a/real","version":"v2.0.0"}')).toEqual(["@a real 2.0.0"]);
  });
});

describe("Python", () => {
  test.each([
    ["srv/app/src/shop.egg-info/PKG-INFO", true],
    ["srv/app/my-shop.egg-info/PKG-INFO", true],
    ["usr/lib/python3/dist-packages/shop.egg-info/PKG-INFO", false],
    ["deps/shop-1.0-py3.11.egg-info/PKG-INFO", false],
    ["deps/shop-1.0.dist-info/METADATA", false],
  ])("%s", (path, own) => {
    expect(read(path, "Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n")).toEqual([own ? "shop 1.0 own" : "shop 1.0"]);
  });
  test("what was installed from a folder is one's own, from a wheel it may be anybody's", async () => {
    const root = mkdtempSync(join(tmpdir(), "seaworthy-whose-"));
    const put = (path: string, text: string): void => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    try {
      for (const name of ["shop", "editable", "wheel", "plain"])
        put(`venv/lib/python3.12/site-packages/${name}-1.0.dist-info/METADATA`, `Name: ${name}\nVersion: 1.0\n`);
      const told = (name: string, value: object): void =>
        put(`venv/lib/python3.12/site-packages/${name}-1.0.dist-info/direct_url.json`, JSON.stringify({ url: "file:///app", ...value }));
      told("shop", { dir_info: {} });
      told("editable", { dir_info: { editable: true } });
      told("wheel", { archive_info: { hash: "sha256=0" } });
      const { packages } = await inventoryOfFolder(root, new AbortController().signal);
      expect(packages.map(({ name, own }) => [name, own === true])).toEqual([
        ["editable", true],
        ["plain", false],
        ["shop", true],
        ["wheel", false],
      ]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

test(".NET's own parts go by their packages, the application is nobody's", () => {
  const deps = {
    libraries: {
      "Shop/1.0.0": { type: "project" },
      "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1": { type: "runtimepack" },
      "Newtonsoft.Json/12.0.1": { type: "package" },
    },
  };
  expect(read("app/Shop.deps.json", JSON.stringify(deps))).toEqual([
    "Shop 1.0.0 own",
    "Microsoft.NETCore.App.Runtime.linux-x64 8.0.1",
    "Newtonsoft.Json 12.0.1",
  ]);
});

describe("what a Go program is of", () => {
  const program = (main: string, settings = ""): readonly string[] => {
    const reader = readGoProgram();
    const info = `path\tx\nmod\tgithub.com/a/b\t${main}\nbuild\t-ldflags="${settings}"\n`;
    reader.take(
      Buffer.concat([
        Buffer.from("go1.24.1\0"),
        Buffer.from("3077af0c9274080241e1c107e6d618e6", "hex"),
        Buffer.from(info),
        Buffer.from("f932433186182072008242104116d8f2", "hex"),
      ]),
    );
    return reader.end().flatMap(({ name, version, own }) => (name === "stdlib" ? [] : [`${version}${own === true ? " own" : ""}`]));
  };
  test.each([
    ["v1.2.3", "", ["v1.2.3"]],
    ["v1.2.3+dirty", "", ["v1.2.3+dirty"]],
    ["v1.2.4-0.20240101000000-0123456789ab", "", ["v1.2.4-0.20240101000000-0123456789ab"]],
    // No tag was there: it is of no release that is known, and not older than all.
    ["v0.0.0-20240101000000-0123456789ab", "", ["v0.0.0-20240101000000-0123456789ab own"]],
    ["v0.0.0-20240101000000-0123456789ab+dirty", "-X main.version=1.5.0", ["v1.5.0"]],
    ["(devel)", "", []],
    ["(devel)", "-X main.version=1.5.0", ["v1.5.0"]],
  ])("%s %s", (main, settings, expected) => {
    expect(program(main, settings)).toEqual(expected);
  });
});

describe("Java archives that no Maven built", () => {
  const jar = (path: string, manifest: string) => read(path, zipOf({ "META-INF/MANIFEST.MF": manifest }));
  test("go by the group of their name", () => {
    expect(jar("app/BOOT-INF/lib/spring-core-5.3.9.jar", "Implementation-Title: spring-core\nImplementation-Version: 5.3.9\n")).toEqual([
      "org.springframework spring-core 5.3.9",
    ]);
    expect(jar("tomcat/lib/catalina.jar", "Bundle-SymbolicName: org.apache.tomcat-catalina\nBundle-Version: 9.0.56\n")).toEqual([
      "org.apache.tomcat tomcat-catalina 9.0.56",
    ]);
    expect(jar("lib/own-1.0.jar", "Implementation-Vendor-Id: com.acme\n")).toEqual(["com.acme own 1.0"]);
  });
  test.each([
    ["spring-webmvc", "5.3.9", "org.springframework"],
    ["spring-security-web", "5.7.1", "org.springframework.security"],
    ["spring-boot-starter-web", "3.0.0", "org.springframework.boot"],
    ["tomcat-embed-core", "9.0.56", "org.apache.tomcat.embed"],
    ["groovy", "3.0.9", "org.codehaus.groovy"],
    ["groovy-json", "4.0.1", "org.apache.groovy"],
    ["hibernate-validator", "5.4.1", "org.hibernate"],
    ["hibernate-validator", "6.2.0.Final", "org.hibernate.validator"],
    ["okhttp", "4.9.0", "com.squareup.okhttp3"],
    ["okhttp", "2.7.5", "com.squareup.okhttp"],
    ["spring-petclinic", "1.0", undefined],
    ["utils", "1.0", undefined],
  ])("%s %s", (name, version, group) => {
    expect(groupOfArtifact(name, version)).toBe(group);
  });
});
