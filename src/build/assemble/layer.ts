import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { type Digest, digestOf, parseDigest, SeaworthyError } from "../../core/index.ts";
import { type ArchivedLayer, type Layout, setTarTimes, type TimeRule } from "../../image/index.ts";
import { ENCODER, parallelGzip } from "./parallel-gzip.ts";

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

/** Counts the ways in which times were ever set: other bytes from another way must not be taken for these. */
const TIMES = "times-2";

/** Equal plans have equal results, with one encoder: what a finished layer is kept under. */
export const layerKey = (plan: LayerPlan): string =>
  digestOf(JSON.stringify([ENCODER, TIMES, plan.engineDiffId, plan.times?.to ?? null, String(plan.times?.laterThan)])).slice(
    "sha256:".length,
  );

const READ_BYTES = 1024 * 1024;

/** The layer's tar. Engines that keep images as they were pulled save compressed layers. @throws INPUT_INVALID when the compression is damaged */
async function* openTar({ path, compression, digest }: ArchivedLayer): AsyncGenerator<Buffer, void, undefined> {
  const file = createReadStream(path, { highWaterMark: READ_BYTES });
  if (compression === "none") {
    yield* file;
    return;
  }
  const unpacked = compression === "gzip" ? createGunzip({ chunkSize: READ_BYTES }) : createZstdDecompress({ chunkSize: READ_BYTES });
  file.once("error", (error) => unpacked.destroy(error));
  try {
    yield* file.pipe(unpacked);
  } catch (error) {
    // zlib's codes begin with Z (Z_DATA_ERROR, ZSTD_error_...); whatever else happens here is the disk's.
    if (!(error instanceof Error) || !("code" in error) || !String(error.code).startsWith("Z")) throw error;
    throw new SeaworthyError("INPUT_INVALID", `the engine saved a layer ${digest} whose ${compression} data are damaged: ${error.message}`);
  }
}

interface Metered {
  readonly stream: AsyncIterable<Buffer>;
  /** Of what has passed; both are whole once the stream has ended. */
  readonly digest: () => Digest;
  readonly sizeBytes: () => number;
}

const meter = (source: AsyncIterable<Buffer>): Metered => {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const pass = async function* (): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of source) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
  };
  return { stream: pass(), digest: () => parseDigest(`sha256:${hash.copy().digest("hex")}`), sizeBytes: () => sizeBytes };
};

/** Sets the times, compresses, and writes the layer into the layout. @throws INPUT_INVALID when the file is not the layer it should be, or damaged */
export const finishLayer = async (archived: ArchivedLayer, plan: LayerPlan, layout: Layout): Promise<FinishedLayer> => {
  // Unpacking the engine's archive has told the digest of a layer that is not compressed.
  const known = archived.compression === "none" ? archived.digest : undefined;
  const saved = known === undefined ? meter(openTar(archived)) : { stream: openTar(archived), digest: () => known };
  const stored = meter(plan.times === undefined ? saved.stream : setTarTimes(saved.stream, plan.times));
  const { digest, size } = await layout.writeBlob(parallelGzip(stored.stream));
  if (saved.digest() !== plan.engineDiffId)
    throw new SeaworthyError(
      "INPUT_INVALID",
      `the engine saved a layer ${saved.digest()} where its configuration names ${plan.engineDiffId}`,
    );
  return { diffId: stored.digest(), digest, sizeBytes: size, uncompressedSizeBytes: stored.sizeBytes() };
};
