import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { type Digest, digestOf, parseDigest, SeaworthyError } from "../../core/index.ts";
import type { Layout } from "../../image/index.ts";
import { ENCODER, parallelGzip } from "./parallel-gzip.ts";
import type { SpooledLayer } from "./spool.ts";
import { setTarTimes, type TimeRule } from "./tar-times.ts";

/** What shall become of one layer of the engine. */
export interface LayerPlan {
  /** Of the engine's uncompressed tar. */
  readonly engineDiffId: Digest;
  /** Absent for the base image's layers: they stay as they are, byte for byte. */
  readonly times?: TimeRule;
}

export interface FinishedLayer {
  /** Of the uncompressed tar in the image. */
  readonly diffId: Digest;
  /** Of the compressed blob. */
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly uncompressedSizeBytes: number;
}

/** Equal plans have equal results, with one encoder: what a finished layer is kept under. */
export const layerKey = (plan: LayerPlan): string =>
  digestOf(JSON.stringify([ENCODER, plan.engineDiffId, plan.times?.to ?? null, String(plan.times?.laterThan)])).slice("sha256:".length);

const READ_BYTES = 1024 * 1024;

/** Engines that keep images as they were pulled save compressed layers. */
const isGzip = async (path: string): Promise<boolean> => {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
};

const readTar = async (path: string): Promise<AsyncIterable<Buffer>> => {
  const file = createReadStream(path, { highWaterMark: READ_BYTES });
  if (!(await isGzip(path))) return file;
  const unpacked = createGunzip({ chunkSize: READ_BYTES });
  file.once("error", (error) => unpacked.destroy(error));
  return file.pipe(unpacked);
};

async function* observe(
  source: AsyncIterable<Buffer>,
  hash: Hash,
  count: (bytes: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of source) {
    hash.update(chunk);
    count(chunk.length);
    yield chunk;
  }
}

/** Sets the times, compresses, and writes the layer into the layout. @throws INPUT_INVALID when the file is not the layer it should be */
export const finishLayer = async (spooled: SpooledLayer, plan: LayerPlan, layout: Layout): Promise<FinishedLayer> => {
  const asSaved = createHash("sha256");
  const asStored = createHash("sha256");
  let uncompressedSizeBytes = 0;
  const tar = observe(await readTar(spooled.path), asSaved, () => undefined);
  const timed = plan.times === undefined ? tar : setTarTimes(tar, plan.times);
  const counted = observe(timed, asStored, (bytes) => (uncompressedSizeBytes += bytes));
  const { digest, size } = await layout.writeBlob(parallelGzip(counted));
  const saved = parseDigest(`sha256:${asSaved.digest("hex")}`);
  if (saved !== plan.engineDiffId)
    throw new SeaworthyError("INPUT_INVALID", `the engine saved a layer ${saved} where its configuration names ${plan.engineDiffId}`);
  return { diffId: parseDigest(`sha256:${asStored.digest("hex")}`), digest, sizeBytes: size, uncompressedSizeBytes };
};
