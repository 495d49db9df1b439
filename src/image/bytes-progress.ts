import { formatByteSize, type Progress } from "../core/index.ts";

const STEP_BYTES = 16 * 1024 * 1024;

/** Tells how far a large blob is, from time to time; small ones are there before anybody has read it. */
export const bytesProgress = (progress: Progress, step: string, sizeBytes: number): ((bytes: number) => void) => {
  let told = 0;
  return (bytes) => {
    // Less than before: something is sent again.
    if (bytes < told) told = bytes;
    if (bytes - told < Math.max(STEP_BYTES, sizeBytes / 50) || bytes >= sizeBytes) return;
    told = bytes;
    progress.begin(step, `${formatByteSize(bytes)} of ${formatByteSize(sizeBytes)}`);
  };
};

/** The same bytes, each chunk counted as it goes by. */
export async function* counted(
  source: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    onBytes(bytes);
    yield chunk;
  }
}
