import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Platform } from "../../core/index.ts";
import { readArchiveImage } from "../filesystem/archive-image.ts";
import { createBudget } from "../filesystem/budget.ts";
import { type ImageContents, readImage } from "../filesystem/image-contents.ts";
import { everyFile } from "../filesystem/usage.ts";
import { lookAtArchive } from "../look/look-at-archive.ts";
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

/** Archives that their makers took layers out of, or put others in: layers with those that are missing, entries as above, and what is wrong. */
const FLAWED: readonly (readonly [string, number, number, readonly string[]])[] = [
  [
    "snyk-docker-archives__docker-save__nginx",
    1,
    16,
    [
      "image:not-whole: it has 1 layer where its configuration names 3",
      "image:not-intact: layer 1 (sha256:a68f44abfd9759528aea5ee7b102eec09a383902565ae316140cb37409757746) is none that its configuration names",
    ],
  ],
  [
    "snyk-docker-archives__docker-save__nginx-os-release-link",
    1,
    20,
    [
      "image:not-whole: it has 1 layer where its configuration names 3",
      "image:not-intact: layer 1 (sha256:3a98a42786b281848bc6db4a1b2a57207f80e11ecc76db4aef5d0bb1ce16dbb9) is none that its configuration names",
    ],
  ],
  ...["snyk-docker-archives__skopeo-copy__nginx", "snyk-docker-archives__skopeo-copy__nginx-compressed-layers"].map(
    (name) =>
      [
        name,
        1,
        14,
        [
          "image:not-whole: it has 1 layer where its configuration names 3",
          "image:not-intact: layer 1 (sha256:598b423ddd9c15a9c15e33aa3addcf50e877418d167cd0cdc741ac8671226dfc) is none that its configuration names",
        ],
      ] as const,
  ),
  ["snyk-oci-archives__alpine-3.12.0", 1, 15, ["image:not-intact: layer 1 of 1 (df20fa9351a1) has 6165 bytes; its manifest says 2797541"]],
  [
    "snyk-oci-archives__oci-with-manifest",
    4,
    2,
    [
      "image:not-intact: layer 1 of 4 (23884877105a) has 509 bytes; its manifest says 26689802",
      "image:not-whole: layer 2 of 4 (bc38caa0f5b9) is missing",
      "image:not-whole: layer 3 of 4 (2910811b6c42) is missing",
      "image:not-whole: layer 4 of 4 (36505266dcc6) is missing",
    ],
  ],
  [
    "snyk-oci-archives__nginx",
    4,
    13,
    [
      "image:not-intact: its manifest e26d615025f5 has the digest sha256:01799edbc184c4482ab0863c9a56bb006a7c77db6ff3d9e3cc9168b52466e37d",
      "image:not-whole: its manifest lists 4 layers where its configuration names 5",
      "image:not-intact: layer 1 of 4 (dd3ac8106a0b) has 14336 bytes; its manifest says 26210578",
      "image:not-intact: layer 2 of 4 (8de28bdda69b) has 382 bytes; its manifest says 538",
    ],
  ],
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

  test.each(IMAGES)("%s is whole, and is found without its platform", async (name, platform, tags, layers, entries) => {
    const looking = { ...options({ os: "linux", architecture: "s390x" }), isPreference: true };
    const cursory = await lookAtArchive(join(FIXTURES, `${name}.tar.gz`), {}, { ...looking, trustDiffIds: true });
    const careful = await lookAtArchive(join(FIXTURES, `${name}.tar.gz`), {}, looking);
    expect([cursory.tags, cursory.layers.length, cursory.files.length, cursory.flaws, cursory.unseen]).toEqual([
      tags,
      layers,
      entries,
      [],
      [],
    ]);
    expect(cursory.config.platform).toMatchObject(platform);
    expect(careful).toEqual(cursory);
  });

  test.each(FLAWED)("%s", async (name, layers, entries, flaws) => {
    const path = join(FIXTURES, `${name}.tar.gz`);
    await expect(
      (async () => {
        const source = await openArchive(path);
        try {
          return await readImage(await source.manifest(source.root), source, options(AMD64));
        } finally {
          await source.close();
        }
      })(),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^(?:INPUT_INVALID|REGISTRY_REFUSED|IMAGE_NOT_FOUND)$/) });
    for (const trustDiffIds of [true, false]) {
      const contents = await lookAtArchive(path, {}, { ...options(AMD64), trustDiffIds });
      expect([contents.layers.length, contents.files.length]).toEqual([layers, entries]);
      expect(contents.flaws.map(({ id, message }) => `${id}: ${message}`)).toEqual(flaws);
    }
  });

  test("one layer is a file system, where none asks for an image", async () => {
    const path = join(FIXTURES, "snyk-extracted-layers__layer_with_bad_elf_file.tar.gz");
    await expect(openArchive(path)).rejects.toThrow(/neither a manifest\.json nor an index\.json/);
    await expect(lookAtArchive(path, {}, options(AMD64), { needsConfig: true })).rejects.toMatchObject({ code: "INPUT_INVALID" });
    const contents = await lookAtArchive(path, {}, options(AMD64));
    // As `gzip -dc | sha256sum` tells.
    expect(contents.digest).toBe("sha256:84bf98cca9651949da8909a7f9cdefaa71648359ef97fb2de93af40019bf948e");
    expect([contents.layers.length, contents.files.length, contents.flaws]).toEqual([1, 6, []]);
    expect(contents.unseen).toEqual([expect.stringContaining("only a file system")]);
  });

  test("all archives are in these tables", () => {
    const known = [...IMAGES, ...FLAWED].map(([name]) => `${name}.tar.gz`);
    expect([...known, "snyk-extracted-layers__layer_with_bad_elf_file.tar.gz"].toSorted()).toEqual(readdirSync(FIXTURES).toSorted());
  });
});
