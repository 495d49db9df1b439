import { gzipSync } from "node:zlib";
import { digestOf, hexOf } from "../../core/index.ts";
import { archive } from "../archive/tar.fixture.ts";
import type { TarHeader } from "../archive/read-tar.ts";
import type { NewTarEntry } from "../archive/write-tar.ts";
import { createBudget } from "./budget.ts";
import type { ReadOptions } from "./image-contents.ts";
import type { Lookout } from "./layer.ts";

/** Remembers every file, with what it holds. */
export const everything: Lookout<string> = {
  wants: ({ type }: TarHeader) => (type === "file" || type === "hardlink" ? 100 : 0),
  note: (_, content) => content.toString("utf8"),
};

export const reading = (): ReadOptions<string> => ({
  lookout: everything,
  budget: createBudget(),
  platform: { os: "linux", architecture: "amd64" },
});

export const file = (path: string, body: string | Buffer = "", more: Partial<NewTarEntry> = {}): NewTarEntry => ({
  path,
  body: Buffer.from(body),
  ...more,
});

export const bytesOf = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
};

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const blobOf = (bytes: Buffer): string => `blobs/sha256/${hexOf(digestOf(bytes))}`;
const descriptor = (bytes: Buffer, mediaType: string): object => ({ mediaType, digest: digestOf(bytes), size: bytes.length });

export interface MadeUp {
  readonly config: Buffer;
  readonly manifest: Buffer;
  readonly index: Buffer;
  readonly blobs: ReadonlyMap<string, Buffer>;
  readonly dockerArchive: Buffer;
  readonly ociArchive: Buffer;
}

/** One image in all forms, from the entries of its layers, base first. */
export const madeUp = async (layers: readonly (readonly NewTarEntry[])[], run: object = {}): Promise<MadeUp> => {
  const tars = await Promise.all(layers.map((entries) => archive(entries)));
  const config = json({
    architecture: "amd64",
    os: "linux",
    config: run,
    rootfs: { type: "layers", diff_ids: tars.map((tar) => digestOf(tar)) },
    history: tars.map((_, at) => ({ created_by: `RUN /bin/sh -c step ${at + 1} # buildkit` })),
  });
  const packed = tars.map((tar) => gzipSync(tar));
  const manifest = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: descriptor(config, "application/vnd.oci.image.config.v1+json"),
    layers: packed.map((tar) => descriptor(tar, "application/vnd.oci.image.layer.v1.tar+gzip")),
  });
  const index = json({ schemaVersion: 2, manifests: [descriptor(manifest, "application/vnd.oci.image.manifest.v1+json")] });
  const blobs = new Map([config, manifest, ...packed].map((bytes) => [blobOf(bytes), bytes]));
  return {
    config,
    manifest,
    index,
    blobs,
    dockerArchive: await archive([
      // Upper layers first: an engine writes them in any order.
      ...tars.map((tar, at) => file(`${at}/layer.tar`, tar)).toReversed(),
      file(`${hexOf(digestOf(config))}.json`, config),
      file(
        "manifest.json",
        json([{ Config: `${hexOf(digestOf(config))}.json`, RepoTags: ["shop/web:1.2.3"], Layers: tars.map((_, at) => `${at}/layer.tar`) }]),
      ),
    ]),
    ociArchive: await archive([
      file("oci-layout", '{"imageLayoutVersion":"1.0.0"}'),
      ...[...blobs].map(([path, bytes]) => file(path, bytes)),
      file("index.json", index),
    ]),
  };
};
