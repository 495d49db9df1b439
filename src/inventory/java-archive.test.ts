import { describe, expect, test } from "vitest";
import { javaArchive } from "./catalogers/java-archive.ts";
import { zipOf } from "./zip.fixture.ts";
import { zipEntries } from "./zip.ts";

const names = (content: Buffer, path = "app/web.jar"): readonly string[] | undefined =>
  javaArchive.read(content, path)?.packages.map(({ namespace, name, version }) => `${namespace}:${name}:${version}`);

const properties = (group: string, name: string, version: string) => ({
  [`META-INF/maven/${group}/${name}/pom.properties`]: `#Generated\nversion=${version}\ngroupId=${group}\nartifactId=${name}\n`,
});

describe("a Java archive", () => {
  test("is what Maven wrote of it, and of all that was put into it", () => {
    const fat = zipOf({ ...properties("org.acme", "web", "1.0.0"), ...properties("joda-time", "joda-time", "2.9.2") });
    expect(names(fat)).toEqual(["org.acme:web:1.0.0", "joda-time:joda-time:2.9.2"]);
  });
  test("is looked for in the archives within it, three deep", () => {
    const inner = zipOf(properties("a", "inner", "1"));
    const middle = zipOf({ "BOOT-INF/lib/inner-1.jar": inner, ...properties("a", "middle", "2") });
    expect(names(zipOf({ "WEB-INF/lib/middle-2.jar": middle }), "app/outer.war")).toEqual(["a:middle:2", "a:inner:1"]);
  });
  test("without Maven's word is what its manifest and its name say", () => {
    const manifest =
      "Manifest-Version: 1.0\r\nImplementation-Vendor-Id: org.apa\r\n che\r\nImplementation-Version: 3.1\r\n\r\nName: x\r\nImplementation-Version: 9\r\n";
    expect(names(zipOf({ "META-INF/MANIFEST.MF": manifest }), "lib/commons-text-3.1.jar")).toEqual(["org.apache.commons:commons-text:3.1"]);
    const bundle = "Bundle-SymbolicName: org.osgi.core;singleton:=true\nBundle-Version: 4.3.0\n";
    expect(names(zipOf({ "META-INF/MANIFEST.MF": bundle }), "plugins/core.jar")).toEqual(["org.osgi:core:4.3.0"]);
  });
  test("with a start script in front of it is one all the same", () => {
    expect(names(Buffer.concat([Buffer.from("#!/bin/sh\nexec java -jar $0\n"), zipOf(properties("a", "b", "1"))]))).toEqual(["a:b:1"]);
  });
  test("that was not filled in is none, but for what its manifest or its name say", () => {
    const unfilled = properties("a", "b", "${revision}");
    expect(names(zipOf(unfilled))).toEqual([]);
    expect(names(zipOf(unfilled), "lib/b-1.4.jar")).toEqual(["a:b:1.4"]);
    expect(names(zipOf({ ...unfilled, "META-INF/MANIFEST.MF": "Implementation-Version: 1.5\n" }), "lib/b-1.4.jar")).toEqual(["a:b:1.5"]);
    // Of several it is not known whose it is.
    expect(names(zipOf({ ...unfilled, ...properties("c", "d", "2") }), "lib/b-1.4.jar")).toEqual(["c:d:2"]);
  });
  test("of a build that writes no properties is what its pom.xml says, by where it lies", () => {
    const pom =
      "<project><!-- <version>9</version> --><parent><groupId>a</groupId><artifactId>p</artifactId><version>1.7</version></parent><artifactId>b</artifactId><dependencies><dependency><version>3</version></dependency></dependencies></project>";
    expect(names(zipOf({ "META-INF/maven/a/b/pom.xml": pom }))).toEqual(["a:b:1.7"]);
    expect(names(zipOf({ "META-INF/maven/a/b/pom.xml": pom.replace("1.7", "${revision}") }), "b-1.8.jar")).toEqual(["a:b:1.8"]);
  });
  test.each([
    ["Implementation-Version: ${project.version}\n", "x/lib-2.6.jar", ":lib:2.6"],
    ["Implementation-Version: unspecified\nBundle-Version: 2.7\n", "x/lib-2.6.jar", ":lib:2.7"],
    ["Implementation-Version: 1.2.3 (build 55, 2020-01-01)\n", "lib.jar", ":lib:1.2.3"],
    ["Implementation-Version: null\n", "lib.jar", undefined],
    ["Manifest-Version: 1.0\n", "lib-4.1.100.Final-linux-x86_64.jar", ":lib:4.1.100.Final"],
    ["Manifest-Version: 1.0\n", "lib-1.0-rc.1-sources.jar", ":lib:1.0-rc.1"],
  ])("with the manifest %j, named %s", (manifest, path, expected) => {
    const wanted = expected === undefined ? [] : [`undefined${expected}`];
    expect(names(zipOf({ "META-INF/manifest.mf": manifest }), path)).toEqual(wanted);
  });
  test("without a manifest is what its name says", () => {
    const inner = zipOf({ "a/B.class": "x" });
    expect(names(zipOf({ "WEB-INF/lib/lib-3.1.4.jar": inner, "WEB-INF/lib/other.jar": inner }), "web.war")).toEqual([
      "undefined:lib:3.1.4",
    ]);
  });
});

describe("an archive that lies", () => {
  const big = zipOf({ "META-INF/MANIFEST.MF": Buffer.alloc(50 * 1024 * 1024, 0x20) });
  test("gives no more than it said, and no more than is wanted", () => {
    const [honest] = zipEntries(big) ?? [];
    expect(honest?.read(1024 * 1024)).toBeUndefined();
    const [bomb] = zipEntries(zipOf({ a: Buffer.alloc(10 * 1024 * 1024) }, 100)) ?? [];
    expect(bomb?.read(1024 * 1024)).toBeUndefined();
  });
  test("or is cut off anywhere, or damaged anywhere, throws nothing", () => {
    const whole = zipOf({ "META-INF/MANIFEST.MF": "Implementation-Version: 1\n", ...properties("a", "b", "1") });
    for (let length = 0; length < whole.length; length += 1) expect(() => names(whole.subarray(0, length))).not.toThrow();
    for (let at = 0; at < whole.length; at += 1) {
      const damaged = Buffer.from(whole);
      damaged[at] = 0xff;
      expect(() => names(damaged)).not.toThrow();
    }
  });
  test("and goes round within itself has an end", () => {
    let nested = zipOf(properties("a", "deep", "1"));
    for (let depth = 0; depth < 20; depth += 1) nested = zipOf({ "x.jar": nested });
    expect(names(nested)).toEqual([]);
  });
});
