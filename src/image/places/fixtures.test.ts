import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Platform } from "../../core/index.ts";
import { readArchiveImage } from "../filesystem/archive-image.ts";
import { createBudget } from "../filesystem/budget.ts";
import { type ImageContents, readImage } from "../filesystem/image-contents.ts";
import { everyFile } from "../filesystem/usage.ts";
import { openArchive } from "./open-archive.ts";

/** Archives that others made (../shared/scan/MANIFEST.md): docker save old and new, skopeo, containerd, kaniko, OCI; each gzipped as a whole. */
const FIXTURES = resolve(import.meta.dirname, "../../../../shared/scan/fixtures/images");
const folder = mkdtempSync(join(tmpdir(), "seaworthy-fixtures-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options = (platform: Platform) => ({ lookout: everyFile, budget: createBudget(), platform });
const AMD64 = { os: "linux", architecture: "amd64" };

/** By file, what is in it: tags, layers, and files, folders and links of all layers, as Python's tarfile counts them, whiteouts left out. */
const IMAGES: readonly (readonly [string, Platform, readonly string[], number, number])[] = [
  ["snyk-containerd-archives__alpine", AMD64, ["docker.io/library/alpine:3.14", "3.14"], 1, 511],
  [
    "snyk-containerd-archives__busybox-single-arch-with-attestation-manifest",
    { os: "linux", architecture: "arm64" },
    ["docker.io/foo/bar:v3", "v3"],
    1,
    442,
  ],
  ["snyk-docker-archives__docker-save__3-level-jar", AMD64, ["agatakrajewskasnyk/3-level-jar:1.0"], 1, 4],
  ["snyk-docker-archives__docker-save__gemfile", AMD64, [], 1, 2],
  ["snyk-docker-archives__docker-save__hello-world", AMD64, ["docker.io/library/hello-world:latest", "latest"], 1, 1],
  ["snyk-docker-archives__docker-save__java-uberjar", AMD64, ["java-uberjar:latest"], 2, 2],
  ["snyk-docker-archives__docker-save__poetry", AMD64, ["poetry:latest"], 1, 3],
  ["snyk-docker-archives__docker-save__top-level", AMD64, ["top-level:latest"], 1, 1],
  ["snyk-docker-archives__skopeo-copy__busybox", AMD64, [], 1, 420],
  ["snyk-docker-archives__skopeo-copy__node-removed", AMD64, [], 3, 426],
  ["snyk-docker-archives__skopeo-copy__nodes-fake-multi", AMD64, [], 2, 28],
  [
    "snyk-docker-oci-archives__busybox.armv7",
    { os: "linux", architecture: "arm", variant: "v7" },
    ["docker.io/library/busybox:latest", "latest"],
    1,
    440,
  ],
  ["snyk-kaniko-archives__kaniko-busybox", AMD64, ["kaniko-busybox:latest"], 1, 2],
  ["snyk-oci-archives__busybox-1.31.1", AMD64, [], 1, 420],
  ["trivy-alpine-310", AMD64, ["alpine:3.10"], 1, 482],
  ["trivy-alpine-311", AMD64, ["alpine:3.11"], 1, 488],
];

const essence = ({ config, layers, files }: ImageContents<true>) => ({
  config: config.digest,
  layers,
  files: files.map(({ header, layerIndex, hidden }) => [header.path, header.type, header.sizeBytes, layerIndex, hidden]),
});

describe.skipIf(!existsSync(FIXTURES))(`archives of ${FIXTURES} (skipped where they are not)`, () => {
  test.each(IMAGES)("%s", async (name, platform, tags, layers, entries) => {
    const path = join(FIXTURES, `${name}.tar.gz`);
    const source = await openArchive(path);
    const inParts = await readImage(await source.manifest(source.root), source, { ...options(platform), trustDiffIds: true });
    expect([source.tags, inParts.layers.length, inParts.files.length]).toEqual([tags, layers, entries]);
    // Read as it comes, with every digest checked: another way to the same.
    expect(essence(await readArchiveImage(createReadStream(path), undefined, options(platform)))).toEqual(essence(inParts));
    // Once more, unpacked by somebody else.
    await source.close();
    execFileSync("sh", ["-c", `gzip -dc "$0" > "$1"`, path, join(folder, "plain.tar")]);
    const plain = await openArchive(join(folder, "plain.tar"));
    expect(plain.root).toBe(source.root);
    expect(essence(await readImage(await plain.manifest(plain.root), plain, options(platform)))).toEqual(essence(inParts));
    await plain.close();
  });

  test.each([
    ["snyk-docker-archives__docker-save__nginx", /1 layer where its configuration names 3/],
    ["snyk-docker-archives__skopeo-copy__nginx-compressed-layers", /1 layer where its configuration names 3/],
    ["snyk-extracted-layers__layer_with_bad_elf_file", /neither a manifest\.json nor an index\.json/],
  ])("%s is none, or not whole", async (name, wanted) => {
    await expect(openArchive(join(FIXTURES, `${name}.tar.gz`))).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringMatching(wanted),
    });
  });
});
