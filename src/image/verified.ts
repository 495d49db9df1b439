import { createHash } from "node:crypto";
import { algorithmOf, type Digest, hexOf, SeaworthyError } from "../core/index.ts";

/** Bytes as they come, checked at the end. The last chunk is held back until the digest is known, so that a reader never takes a wrong whole for a right one. */
export async function* verified(
  source: AsyncIterable<Uint8Array>,
  expected: { readonly digest: Digest; readonly size?: number },
  where: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash(algorithmOf(expected.digest));
  let seen = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of source) {
    seen += chunk.length;
    if (expected.size !== undefined && seen > expected.size)
      throw new SeaworthyError("REGISTRY_REFUSED", `${where}: ${expected.digest} is longer than the ${expected.size} bytes it should have`);
    hash.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (expected.size !== undefined && seen !== expected.size)
    throw new SeaworthyError("REGISTRY_REFUSED", `${where}: ${expected.digest} ended after ${seen} of ${expected.size} bytes`);
  if (hash.digest("hex") !== hexOf(expected.digest))
    throw new SeaworthyError("REGISTRY_REFUSED", `${where}: the bytes do not have the digest ${expected.digest} they were asked for by`, {
      hint: "The copy there is damaged. Push the image again from where it was built.",
    });
  if (held !== undefined) yield held;
}

/** All bytes of a stream, up to a bound. @throws INPUT_TOO_LARGE */
export const collect = async (source: AsyncIterable<Uint8Array>, maxBytes: number, what: string): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maxBytes) throw new SeaworthyError("INPUT_TOO_LARGE", `${what} is larger than the ${maxBytes} bytes that are read`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
