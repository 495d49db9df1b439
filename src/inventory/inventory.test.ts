import { describe, expect, test } from "vitest";
import type { Digest } from "../core/index.ts";
import { type LayeredFile, parseImageConfig } from "../image/index.ts";
import { broughtBy } from "./base-image.ts";
import { cyclonedx } from "./cyclonedx.ts";
import { needsOf } from "./needs.ts";
import { spdx } from "./spdx.ts";
import { inventoryLookout, inventoryOf, type Inventory } from "./inventory.ts";
import type { Note } from "./note.ts";

const layer = (index: number): Digest => `sha256:${String(index).repeat(64)}` as Digest;

interface Written {
  readonly path: string;
  readonly content: string;
  readonly layer?: number;
  readonly visible?: boolean;
  readonly hidden?: { readonly by: number; readonly how: "deleted" | "replaced" };
}

const made = (createdBy: string, emptyLayer = false) => ({ createdBy, emptyLayer });
const CONFIG = parseImageConfig(
  Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      rootfs: { type: "layers", diff_ids: [layer(0), layer(1), layer(2)] },
      history: [
        made("/bin/sh -c #(nop) ADD file:0123456789abcdef in / "),
        made('/bin/sh -c #(nop)  CMD ["bash"]', true),
        made("RUN /bin/sh -c apt-get install -y curl # buildkit"),
        made("COPY . /app # buildkit"),
      ].map(({ createdBy, emptyLayer }) => ({ created_by: createdBy, empty_layer: emptyLayer })),
    }),
  ),
);

const headerOf = (path: string, sizeBytes: number) =>
  ({ path, type: "file", sizeBytes, mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, pax: [] }) as const;

/** As a reader of layers would go about it. */
const inventory = (written: readonly Written[]): Inventory => {
  const files = written.flatMap(
    ({ path, content, layer: index = 0, hidden, visible = hidden === undefined }): readonly LayeredFile<Note>[] => {
      const header = headerOf(path, Buffer.byteLength(content));
      const follower = inventoryLookout.follow?.(header);
      follower?.take(Buffer.from(content));
      const followed = follower?.end();
      if (followed !== undefined)
        return [{ header, note: followed, layer: layer(index), layerIndex: index, visible, ...(hidden === undefined ? {} : { hidden }) }];
      const wanted = inventoryLookout.wants(header);
      const note = wanted === undefined ? undefined : inventoryLookout.note(header, Buffer.from(content).subarray(0, wanted));
      return note === undefined
        ? []
        : [{ header, note, layer: layer(index), layerIndex: index, visible, ...(hidden === undefined ? {} : { hidden }) }];
    },
  );
  return inventoryOf({ digest: layer(9), files, config: CONFIG, layers: CONFIG.diffIds.map((diffId) => ({ diffId, sizeBytes: 100 })) });
};

const OS: Written = { path: "etc/os-release", content: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n' };
const STATUS: Written = {
  path: "var/lib/dpkg/status",
  content: "Package: python3-six\nStatus: install ok installed\nVersion: 1.16-4\nArchitecture: all\n",
};
const SIX: Written = { path: "usr/lib/python3/dist-packages/six-1.16.0.egg-info", content: "Name: six\nVersion: 1.16.0\n", layer: 1 };

describe("an inventory", () => {
  test("names packages by their URLs, with the layer and the file that tell of them", () => {
    expect(inventory([OS, STATUS, SIX]).packages.map(({ purl, layerIndex, path }) => [purl, layerIndex, path])).toEqual([
      ["pkg:deb/debian/python3-six@1.16-4?arch=all&distro=debian-12", 0, "var/lib/dpkg/status"],
      ["pkg:pypi/six@1.16.0", 1, "usr/lib/python3/dist-packages/six-1.16.0.egg-info"],
    ]);
  });
  test("a package in a file that the distribution has put there belongs to the distribution's", () => {
    const list = { path: "var/lib/dpkg/info/python3-six:amd64.list", content: `/.\n/usr\n/${SIX.path}\n`, layer: 1 };
    expect(inventory([OS, STATUS, SIX, list]).packages.map(({ name, ownedBy }) => [name, ownedBy])).toEqual([
      ["python3-six", undefined],
      ["six", "python3-six"],
    ]);
  });
  describe("what a later layer put over the distribution's file is not the distribution's", () => {
    const owned = (...written: readonly Written[]): readonly unknown[] =>
      inventory([OS, ...written]).packages.flatMap(({ name, version, ownedBy }) => (name === "six" ? [[version, ownedBy]] : []));
    const list = (at: number): Written => ({ path: "var/lib/dpkg/info/python3-six.list", content: `/${SIX.path}\n`, layer: at });
    const six = (at: number, version: string, by?: number): Written => ({
      ...SIX,
      content: `Name: six\nVersion: ${version}\n`,
      layer: at,
      ...(by === undefined ? {} : { hidden: { by, how: "replaced" } }),
    });
    const apk = (at: number, more: string, by?: number): Written => ({
      path: "lib/apk/db/installed",
      content: `P:py3-six\nV:1.16-r0\nF:usr/lib/python3/dist-packages\nR:six-1.16.0.egg-info\n\n${more}`,
      layer: at,
      ...(by === undefined ? {} : { hidden: { by, how: "replaced" } }),
    });
    test("dpkg: by the layer of the package's own list", () => {
      expect(owned(STATUS, list(0), six(0, "1.16.0"))).toEqual([["1.16.0", "python3-six"]]);
      expect(owned(STATUS, list(0), six(0, "1.16.0", 1), six(1, "1.17.0"))).toEqual([["1.17.0", undefined]]);
      // Installed again, or upgraded, the list comes with it.
      expect(owned(STATUS, list(2), six(0, "1.16.0", 2), six(2, "1.17.0"))).toEqual([["1.17.0", "python3-six"]]);
    });
    test("a file that was only copied up, as by chmod, is still its", () => {
      expect(owned(STATUS, list(0), six(0, "1.16.0", 1), six(1, "1.16.0"))).toEqual([["1.16.0", "python3-six"]]);
    });
    test("apk and rpm: by the layer of the package, however often the database was written since", () => {
      expect(owned(apk(0, ""), six(0, "1.16.0"))).toEqual([["1.16.0", "py3-six"]]);
      expect(owned(apk(0, "", 2), six(0, "1.16.0", 1), six(1, "1.17.0"), apk(2, "P:curl\nV:8-r0\n"))).toEqual([["1.17.0", undefined]]);
    });
  });
  test("also where its list names the folder that is now a link to the one that has it", () => {
    const release = { path: "usr/lib/jvm/release", content: 'JAVA_VERSION="17.0.9"\n' };
    const list = { path: "var/lib/dpkg/info/jre.list", content: "/lib/jvm/release\n" };
    expect(inventory([OS, STATUS, release, list]).packages.map(({ name, ownedBy }) => [name, ownedBy])).toEqual([
      ["python3-six", undefined],
      ["java", "jre"],
    ]);
    const other = { path: "lib/jvm/release", content: release.content };
    const usr = { path: "var/lib/dpkg/info/jre.list", content: "/usr/lib/jvm/release\n" };
    expect(inventory([OS, STATUS, other, usr]).packages.at(-1)).toMatchObject({ name: "java", ownedBy: "jre" });
  });
  test("what a later layer deletes or replaces is not there", () => {
    expect(inventory([OS, { ...STATUS, visible: false }, { ...SIX, visible: false }]).packages).toEqual([]);
  });
  test("a package is the layer's that brought it, however often the database was written anew since", () => {
    const status = (at: number, packages: string, hidden?: Written["hidden"]): Written => ({
      path: "var/lib/dpkg/status",
      content: packages
        .split(" ")
        .map((one) => `Package: ${one.split("=")[0]}\nStatus: install ok installed\nVersion: ${one.split("=")[1]}\n`)
        .join("\n"),
      layer: at,
      ...(hidden === undefined ? {} : { hidden }),
    });
    const layersOf = (how: "deleted" | "replaced") => {
      const { packages, base } = inventory([
        OS,
        status(0, "libc6=1 bash=5", { by: 1, how }),
        status(1, "libc6=1 bash=6 curl=7", { by: 2, how: "replaced" }),
        status(2, "libc6=1 bash=6 curl=7 jq=1"),
      ]);
      return packages.map(({ name, layerIndex }) => `${name} ${layerIndex} ${broughtBy(layerIndex, base)}`);
    };
    expect(layersOf("replaced")).toEqual(["bash 1 own", "curl 1 own", "jq 2 own", "libc6 0 base"]);
    expect(layersOf("deleted")).toEqual(["bash 1 own", "curl 1 own", "jq 2 own", "libc6 1 own"]);
  });
  test("its layers have the steps that made them, and its base ends where the history says", () => {
    const { layers, base } = inventory([OS, STATUS]);
    expect(layers?.map(({ step, createdBy }) => [step, createdBy])).toEqual([
      [1, "/bin/sh -c #(nop) ADD file:0123456789abcdef in /"],
      [3, "RUN /bin/sh -c apt-get install -y curl # buildkit"],
      [4, "COPY . /app # buildkit"],
    ]);
    expect(base).toEqual({ layers: 1, by: "history" });
  });
  test("what cannot be seen is said", () => {
    expect(inventory([SIX]).blindSpots).toEqual([expect.stringContaining("does not say which distribution")]);
    expect(inventory([OS, SIX]).blindSpots).toEqual(["Debian GNU/Linux 12: no database of installed packages was found"]);
    expect(inventory([OS, STATUS]).blindSpots).toEqual([]);
    const large = headerOf("a/package.json", 3 * 1024 * 1024);
    expect(inventoryLookout.note(large, Buffer.alloc(0))).toMatchObject({ kind: "unread", because: expect.stringContaining("more than") });
    expect(inventoryLookout.note(headerOf("a/package.json", 100), Buffer.alloc(10))).toMatchObject({ kind: "unread" });
  });
});

describe("what needs what", () => {
  const module = (path: string, name: string, version: string, dependencies: Readonly<Record<string, string>> = {}): Written => ({
    path: `${path}/package.json`,
    content: JSON.stringify({ name, version, dependencies }),
  });
  const needs = (written: readonly Written[]): readonly string[] =>
    [...needsOf(inventory(written))].flatMap(([from, to]) => to.map((one) => `${from} > ${one}`.replaceAll(/pkg:|\?[^ ]*/g, "")));
  test("of npm by the folders in which Node looks", () => {
    expect(
      needs([
        module("app", "app", "1.0.0", { a: "*", c: "*" }),
        module("app/node_modules/a", "a", "1.0.0", { b: "^2" }),
        module("app/node_modules/a/node_modules/b", "b", "2.0.0"),
        module("app/node_modules/b", "b", "1.0.0"),
        module("app/node_modules/c", "c", "1.0.0", { b: "^1" }),
      ]),
    ).toEqual(["npm/a@1.0.0 > npm/b@2.0.0", "npm/app@1.0.0 > npm/a@1.0.0", "npm/app@1.0.0 > npm/c@1.0.0", "npm/c@1.0.0 > npm/b@1.0.0"]);
  });
  test("of a distribution by names, where one version has the name", () => {
    const status = `${STATUS.content}Depends: python3 (>= 3.9), gone\n\nPackage: python3\nStatus: install ok installed\nVersion: 3.11\n`;
    expect(needs([OS, { ...STATUS, content: status }])).toEqual(["deb/debian/python3-six@1.16-4 > deb/debian/python3@3.11"]);
  });
});

test("a program with many names is one", () => {
  const note = {
    kind: "cataloged",
    by: "programs",
    found: { packages: [{ type: "generic", name: "busybox", version: "1.36.1", licenses: [] }] },
  } as const;
  const file = (path: string, sizeBytes = 9): LayeredFile<Note> => ({
    header: headerOf(path, sizeBytes),
    note,
    layer: layer(0),
    layerIndex: 0,
    visible: true,
  });
  const found = inventoryOf({
    digest: layer(9),
    layers: [0, 1, 2].map((index) => ({ diffId: layer(index), sizeBytes: 1 })),
    config: CONFIG,
    files: [file("bin/["), file("bin/ash"), file("bin/busybox"), file("sbin/init"), file("other/busybox", 10)],
  });
  expect(found.packages.map(({ path }) => path)).toEqual(["bin/busybox", "other/busybox"]);
});

describe("as CycloneDX", () => {
  const document = (written: readonly Written[]): string => cyclonedx(inventory(written), { image: "shop/web:1", tool: "1.0.0" });
  test("is the same for the same image, in whatever order its files came", () => {
    expect(document([SIX, OS, STATUS])).toBe(document([OS, STATUS, SIX]));
  });
  test("has what the schema asks for, and each component once", () => {
    const bom = JSON.parse(document([OS, STATUS, SIX, { ...SIX, path: "opt/six-1.16.0.egg-info" }])) as {
      readonly serialNumber: string;
      readonly components: readonly { readonly "bom-ref": string; readonly type: string; readonly purl?: string }[];
    };
    expect(bom).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.6", version: 1 });
    expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(bom.components.map((one) => one["bom-ref"])).toEqual([
      "os:debian",
      "pkg:deb/debian/python3-six@1.16-4?arch=all&distro=debian-12",
      "pkg:pypi/six@1.16.0",
    ]);
  });
});

describe("as SPDX", () => {
  const document = (written: readonly Written[]): string => spdx(inventory(written), { image: "shop/web:1", tool: "1.0.0" });
  interface Spdx {
    readonly packages: readonly {
      readonly SPDXID: string;
      readonly name: string;
      readonly licenseDeclared: string;
      readonly licenseComments?: string;
    }[];
    readonly relationships: readonly { readonly spdxElementId: string; readonly relatedSpdxElement: string }[];
  }
  test("is the same for the same image, and everything it relates is there", () => {
    expect(document([SIX, OS, STATUS])).toBe(document([OS, STATUS, SIX]));
    const { packages, relationships } = JSON.parse(document([OS, STATUS, SIX])) as Spdx;
    const ids = new Set(["SPDXRef-DOCUMENT", ...packages.map(({ SPDXID }) => SPDXID)]);
    expect(ids.size).toBe(packages.length + 1);
    expect([...ids].filter((id) => !/^SPDXRef-[A-Za-z0-9.-]+$/.test(id))).toEqual([]);
    expect(
      relationships.flatMap(({ spdxElementId, relatedSpdxElement }) => [spdxElementId, relatedSpdxElement]).filter((id) => !ids.has(id)),
    ).toEqual([]);
  });
  test("a licence that SPDX lists is declared, any other is told as it was written", () => {
    const named = (license: string) => {
      const { packages } = JSON.parse(
        document([{ path: "a/package.json", content: JSON.stringify({ name: "left", version: "1", license }) }]),
      ) as Spdx;
      return packages.find(({ name }) => name === "left");
    };
    expect(named("MIT OR Apache-2.0")).toMatchObject({ licenseDeclared: "MIT OR Apache-2.0" });
    expect(named("GPLv3+")).toMatchObject({ licenseDeclared: "GPL-3.0-or-later" });
    expect(named("GPL")).toMatchObject({ licenseDeclared: "NOASSERTION", licenseComments: "as written: GPL" });
  });
});

describe("secrets of an image", () => {
  const TOKEN = "npm_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2dF4hJ6";
  const secretsIn = (...files: readonly Written[]) =>
    inventory([OS, STATUS, ...files]).secrets?.map(({ id, path, line, layerIndex, hidden }) => [id, path, line, layerIndex, hidden]);
  test("in a file that a later layer deletes, with the layer that does", () => {
    const npmrc = { path: "root/.npmrc", content: `a=b\n_authToken=${TOKEN}`, layer: 1, hidden: { by: 2, how: "deleted" as const } };
    expect(secretsIn(npmrc)).toEqual([["secret:npm-token", "root/.npmrc", 2, 1, { by: 2, how: "deleted" }]]);
  });
  test("in a file that is replaced with the same in it: once, as it is seen", () => {
    const old = { path: "app/a.json", content: `{"a":"${TOKEN}"}`, layer: 1, hidden: { by: 2, how: "replaced" as const } };
    expect(secretsIn(old, { path: "app/a.json", content: `{\n"a":"${TOKEN}"}`, layer: 2 })).toEqual([
      ["secret:npm-token", "app/a.json", 2, 2, undefined],
    ]);
  });
  test("what is kept of a layer holds no value", () => {
    const file = { path: "app/a.json", content: `{"a":"${TOKEN}"}` };
    expect(JSON.stringify(inventory([OS, STATUS, file]))).not.toContain(TOKEN.slice(4));
    expect(secretsIn(file)).toHaveLength(1);
  });
});

test("Debian's packages have the licences that their source's copyright file tells", () => {
  const status = {
    path: "var/lib/dpkg/status",
    content:
      "Package: libc6\nStatus: install ok installed\nVersion: 1\nSource: glibc\n\nPackage: libc-bin\nStatus: install ok installed\nVersion: 1\nSource: glibc\n\nPackage: bash\nStatus: install ok installed\nVersion: 5\n",
  };
  const copyright = {
    path: "usr/share/doc/libc6/copyright",
    content: "Format: x\n\nFiles: *\nLicense: LGPL-2.1+\n\nFiles: a\nLicense: Expat\n",
  };
  const told = inventory([OS, status, copyright]);
  expect(told.packages.map(({ name, licenses }) => [name, licenses.join()])).toEqual([
    ["bash", ""],
    ["libc-bin", "LGPL-2.1+,Expat"],
    ["libc6", "LGPL-2.1+,Expat"],
  ]);
  expect(cyclonedx(told, { image: "i", tool: "1" })).toContain('"expression": "LGPL-2.1-or-later AND MIT"');
  expect(spdx(told, { image: "i", tool: "1" })).toContain('"licenseDeclared": "LGPL-2.1-or-later AND MIT"');
  expect(cyclonedx(told, { image: "i", tool: "1" })).toContain(
    '{\n          "name": "seaworthy:origin",\n          "value": "base"\n        }',
  );
});
