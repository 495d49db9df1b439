import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Platform } from "../src/core/index.ts";
import { createBudget, layoutSource, lookAtArchive, lookAtImage, openLayout, readArchiveImage } from "../src/image/index.ts";
import { cyclonedx, inventoryLookout, inventoryOf, inventoryOfFolder, type Inventory, spdx } from "../src/inventory/index.ts";
import { type Documents, violations } from "./json-schema.ts";
import { SPDX_2_3 } from "./spdx-2.3.ts";

const ROOT = join(import.meta.dirname, "..");
const SCHEMAS = join(ROOT, "src/inventory/testdata/schemas");
const schema = (name: string): unknown => JSON.parse(readFileSync(join(SCHEMAS, `${name}.schema.json`), "utf8"));
const BOM = schema("bom-1.6");
const DOCUMENTS: Documents = { "spdx.SNAPSHOT.schema.json": schema("spdx"), "jsf-0.82.SNAPSHOT.schema.json": schema("jsf-0.82") };

interface Bom {
  readonly metadata: { readonly component: { readonly "bom-ref": string } };
  readonly components: readonly { readonly "bom-ref": string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}
interface Spdx {
  readonly packages: readonly { readonly SPDXID: string }[];
  readonly relationships: readonly { readonly spdxElementId: string; readonly relatedSpdxElement: string }[];
}

/** Against the schemas, and what these cannot say: each reference leads somewhere, and no two have one name. */
const expectValid = (inventory: Inventory, image = "an image:1"): void => {
  const options = { image, tool: "1.0.0" };
  const bom = JSON.parse(cyclonedx(inventory, options)) as Bom;
  expect(violations(BOM, bom, DOCUMENTS)).toEqual([]);
  const refs = [bom.metadata.component, ...bom.components].map((one) => one["bom-ref"]);
  expect(new Set(refs).size).toBe(refs.length);
  expect(bom.dependencies.flatMap(({ ref, dependsOn = [] }) => [ref, ...dependsOn]).filter((ref) => !refs.includes(ref))).toEqual([]);
  expect(new Set(bom.dependencies.map(({ ref }) => ref)).size).toBe(bom.dependencies.length);
  const document = JSON.parse(spdx(inventory, options)) as Spdx;
  expect(violations(SPDX_2_3, document)).toEqual([]);
  const ids = new Set(["SPDXRef-DOCUMENT", ...document.packages.map(({ SPDXID }) => SPDXID)]);
  expect(ids.size).toBe(document.packages.length + 1);
  const related = document.relationships.flatMap(({ spdxElementId, relatedSpdxElement }) => [spdxElementId, relatedSpdxElement]);
  expect(related.filter((id) => !ids.has(id))).toEqual([]);
  // Once more is the same.
  expect(cyclonedx(inventory, options)).toBe(cyclonedx(structuredClone(inventory), options));
};

test("the schemas refuse what is wrong", () => {
  expect(
    violations(BOM, { bomFormat: "CycloneDX", specVersion: "1.6", components: [{ type: "thing", name: "a" }] }, DOCUMENTS),
  ).not.toEqual([]);
  expect(violations(BOM, { bomFormat: "CycloneDX", specVersion: "1.6", metadata: { timestamp: "today" } }, DOCUMENTS)).not.toEqual([]);
  expect(violations(SPDX_2_3, { spdxVersion: "SPDX-2.3" })).not.toEqual([]);
});

test("what lock files of many kinds tell is valid, with what needs what", async () => {
  const inventory = await inventoryOfFolder(join(ROOT, "src/inventory/testdata/locks"), new AbortController().signal);
  expectValid(inventory, "./locks");
  const bom = JSON.parse(cyclonedx(inventory, { image: "./locks", tool: "1" })) as Bom;
  expect(bom.dependencies.find(({ ref }) => ref === "pkg:npm/glob@7.2.3")?.dependsOn).toEqual([
    "pkg:npm/fs.realpath@1.0.0",
    "pkg:npm/inflight@1.0.6",
    "pkg:npm/inherits@2.0.4",
    "pkg:npm/minimatch@3.1.5",
    "pkg:npm/once@1.4.0",
    "pkg:npm/path-is-absolute@1.0.1",
  ]);
});

const FIXTURES = join(ROOT, "../shared/scan/fixtures");
const AMD64: Platform = { os: "linux", architecture: "amd64" };
const folder = mkdtempSync(join(tmpdir(), "seaworthy-sbom-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** By archive, packages of each type: databases as `grep` counts their entries, archives of Java as Python's zipfile reads them. */
const IMAGES: readonly (readonly [string, Platform, Readonly<Record<string, number>>])[] = [
  ["snyk-containerd-archives__alpine", AMD64, { apk: 14, generic: 4 }],
  ["snyk-containerd-archives__busybox-single-arch-with-attestation-manifest", { os: "linux", architecture: "arm64" }, { generic: 1 }],
  ["snyk-docker-archives__docker-save__3-level-jar", AMD64, { maven: 1 }],
  ["snyk-docker-archives__docker-save__gemfile", AMD64, {}],
  ["snyk-docker-archives__docker-save__hello-world", AMD64, {}],
  ["snyk-docker-archives__docker-save__java-uberjar", AMD64, { maven: 3 }],
  ["snyk-docker-archives__docker-save__poetry", AMD64, {}],
  ["snyk-docker-archives__docker-save__top-level", AMD64, { maven: 2 }],
  ["snyk-docker-archives__skopeo-copy__busybox", AMD64, { generic: 1 }],
  ["snyk-docker-archives__skopeo-copy__node-removed", AMD64, { generic: 1 }],
  ["snyk-docker-archives__skopeo-copy__nodes-fake-multi", AMD64, { deb: 84 }],
  ["snyk-docker-oci-archives__busybox.armv7", { os: "linux", architecture: "arm", variant: "v7" }, { generic: 1 }],
  ["snyk-kaniko-archives__kaniko-busybox", AMD64, {}],
  ["snyk-oci-archives__busybox-1.31.1", AMD64, { generic: 1 }],
  ["trivy-alpine-310", AMD64, { apk: 14, generic: 4 }],
  ["trivy-alpine-311", AMD64, { apk: 14, generic: 4 }],
];

const counted = ({ packages }: Inventory): Readonly<Record<string, number>> =>
  Object.fromEntries([...Map.groupBy(packages, ({ type }) => type)].map(([type, all]) => [type, all.length]));

const options = (platform: Platform) => ({ lookout: inventoryLookout, budget: createBudget(), platform });

describe.skipIf(!existsSync(FIXTURES))("images that others have saved (needs ../shared/scan)", () => {
  test.each(IMAGES)("%s, in every form it can have", async (name, platform, expected) => {
    const packed = join(FIXTURES, "images", `${name}.tar.gz`);
    const inventory = inventoryOf(await readArchiveImage(createReadStream(packed), undefined, options(platform)));
    expect(counted(inventory)).toEqual(expected);
    expectValid(inventory);
    const plain = join(folder, `${name}.tar`);
    execFileSync("sh", ["-c", 'gzip -dc "$0" > "$1" && zstd -q -f "$1" -o "$1.zst"', packed, plain]);
    for (const path of [plain, `${plain}.zst`])
      expect(inventoryOf(await readArchiveImage(createReadStream(path), undefined, options(platform)))).toEqual(inventory);
    if (!execFileSync("tar", ["-tf", plain], { encoding: "utf8" }).split("\n").includes("oci-layout")) return;
    const layout = join(folder, name);
    mkdirSync(layout);
    execFileSync("tar", ["-xf", plain, "-C", layout]);
    // A layout has the manifest's digest, an archive with a manifest.json the configuration's.
    const { digest: _own, ...laidOut } = inventoryOf(await lookAtImage(await layoutSource(await openLayout(layout)), options(platform)));
    const { digest: _digest, ...rest } = inventory;
    expect(laidOut).toEqual(rest);
  });
  test.each(["snyk-docker-archives__docker-save__nginx", "snyk-oci-archives__nginx", "snyk-extracted-layers__layer_with_bad_elf_file"])(
    "%s, which is not whole or no image",
    async (name) => {
      expectValid(inventoryOf(await lookAtArchive(join(FIXTURES, "images", `${name}.tar.gz`), {}, options(AMD64))));
    },
  );
  test("every kind of the coverage set makes valid documents", async () => {
    const cover = join(folder, "coverage");
    mkdirSync(cover);
    execFileSync("tar", ["-xzf", join(FIXTURES, "syft-image-pkg-coverage.tar.gz"), "-C", cover]);
    expectValid(await inventoryOfFolder(cover, new AbortController().signal));
  });
});
