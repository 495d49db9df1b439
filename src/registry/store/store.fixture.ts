import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Clock, type Digest, digestOf, fakeClock, parseDigest } from "../../core/index.ts";
import { MEDIA, parseManifest } from "../../image/index.ts";
import { readPolicy } from "../policy/policy.ts";
import { temporaryFolder } from "../registry.fixture.ts";
import type { Reached } from "./points.ts";
import { openStore, type Store } from "./store.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** A store alone, with a clock that a test turns, and pushes in one call. */
export interface TestStore {
  readonly folder: string;
  readonly store: Store;
  readonly clock: Clock;
  blob(bytes?: Uint8Array, at?: { readonly repository?: string; readonly algorithm?: "sha256" | "sha512" }): Promise<Digest>;
  /** An image of one layer. */
  image(
    tags: readonly string[],
    options?: { readonly repository?: string; readonly layer?: Uint8Array; readonly subject?: Digest },
  ): Promise<PushedImage>;
  index(tags: readonly string[], children: readonly Digest[], repository?: string): Digest;
  has(reference: string, repository?: string): boolean;
  hasBlob(digest: Digest, repository?: string): Promise<boolean>;
  later(ms: number): Promise<void>;
}

export interface PushedImage {
  readonly digest: Digest;
  readonly layer: Digest;
}

export const openTestStore = async ({
  settings,
  folder = temporaryFolder(),
  clock = fakeClock(Date.now()),
  reached,
}: {
  readonly settings?: string;
  readonly folder?: string;
  readonly clock?: Clock;
  readonly reached?: Reached;
} = {}): Promise<TestStore> => {
  if (settings !== undefined) writeFileSync(join(folder, "registry.yaml"), settings);
  const store = await openStore(folder, {
    clock,
    reserveBytes: 0,
    policy: readPolicy(folder),
    ...(reached === undefined ? {} : { reached }),
  });
  onTestFinished(() => store.close());
  const blob: TestStore["blob"] = async (bytes = randomBytes(200), { repository = "team/app", algorithm = "sha256" } = {}) => {
    const digest = parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`);
    const upload = await store.uploads.begin(repository, algorithm);
    await store.uploads.append(
      upload,
      (async function* () {
        yield Buffer.from(bytes);
      })(),
      { declaredBytes: bytes.length, digest },
    );
    await store.uploads.finish(upload, digest, (path, size) => store.blobs.store(repository, digest, path, size));
    return digest;
  };
  const put = (repository: string, document: object, tags: readonly string[]): Digest => {
    const manifest = parseManifest(Buffer.from(JSON.stringify(document)));
    store.manifests.put(repository, manifest, tags);
    return manifest.digest;
  };
  return {
    folder,
    store,
    clock,
    blob,
    image: async (tags, { repository = "team/app", layer: bytes = randomBytes(300), subject } = {}) => {
      const layer = await blob(bytes, { repository });
      await blob(Buffer.from("{}"), { repository });
      const document = {
        schemaVersion: 2,
        mediaType: MEDIA.ociManifest,
        config: { mediaType: MEDIA.ociConfig, digest: digestOf("{}"), size: 2 },
        layers: [{ mediaType: MEDIA.ociLayer, digest: layer, size: bytes.length }],
        ...(subject === undefined ? {} : { subject: { mediaType: MEDIA.ociManifest, digest: subject, size: 1 } }),
      };
      return { digest: put(repository, document, tags), layer };
    },
    index: (tags, children, repository = "team/app") =>
      put(
        repository,
        {
          schemaVersion: 2,
          mediaType: MEDIA.ociIndex,
          manifests: children.map((digest) => ({ mediaType: MEDIA.ociManifest, digest, size: 1 })),
        },
        tags,
      ),
    has: (reference, repository = "team/app") => store.manifests.get(repository, reference) !== undefined,
    hasBlob: async (digest, repository = "team/app") => {
      const found = await store.blobs.open(repository, digest);
      await found?.file.close();
      return found !== undefined;
    },
    later: (ms) => clock.sleep(ms),
  };
};
