import { formatPax } from "./pax.ts";
import { BLOCK, writeChecksum, writeOctal } from "./tar-block.ts";
import { type NewTarEntry, tarHeader, writeTar } from "./write-tar.ts";

export const whole = async (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => Buffer.concat(await Array.fromAsync(stream));

/** Odd lengths, so that headers and bodies straddle chunks. */
export async function* inPieces(bytes: Uint8Array, length = 313): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

export const archive = (entries: readonly NewTarEntry[]): Promise<Buffer> => whole(writeTar(entries));
export const END = Buffer.alloc(2 * BLOCK);
export const pad = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(Math.ceil(bytes.length / BLOCK) * BLOCK - bytes.length)]);

/** A header with any flag, before a body. */
export const special = (flag: string, body: Buffer, name = "special", change: (block: Buffer) => void = () => undefined): Buffer => {
  const block = Buffer.from(tarHeader({ path: name, body }));
  block.write(flag, 156, "latin1");
  change(block);
  writeChecksum(block);
  return Buffer.concat([block, pad(body)]);
};

/** An extended header; of all that follow with the flag `g`. */
export const pax = (records: Readonly<Record<string, string>>, flag: "x" | "g" = "x", mtimeSeconds = 0): Buffer =>
  special(
    flag,
    formatPax(Object.entries(records).map(([key, value]) => ({ key, value: Buffer.from(value) }))),
    "PaxHeaders.0/x",
    (block) => {
      block.write(mtimeSeconds.toString(8).padStart(11, "0"), 136, "latin1");
    },
  );

/** One piece of an old GNU sparse file's map. */
export const writeExtent = (block: Buffer, at: number, offset: number, length: number): Buffer => {
  writeOctal(block, at, 12, offset);
  writeOctal(block, at + 12, 12, length);
  return block;
};
