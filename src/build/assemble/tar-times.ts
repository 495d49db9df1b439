import { SeaworthyError } from "../../core/index.ts";
import { readPax, writePax } from "./pax.ts";
import { isEnd, paddingOf, readHeader, withFields } from "./tar-header.ts";
import { type ByteReader, readBytes, takeBlock } from "./tar-reader.ts";

/** Which entries of a layer get which time. Seconds since the epoch. */
export interface TimeRule {
  /** The time they get. */
  readonly to: number;
  /** Entries with later times get it; earlier ones keep theirs. Minus infinity: all get it. */
  readonly laterThan: number;
}

const MOST_PAX_BYTES = 1024 * 1024;
const OUT_BYTES = 256 * 1024;
const TIMES = ["mtime", "atime", "ctime"];

const secondsOf = (value: Buffer): number => Math.floor(Number(value.toString("latin1")));

async function* rewrite(reader: ByteReader, rule: TimeRule): AsyncGenerator<Buffer, void, undefined> {
  let ready: Buffer[] = [];
  let readyBytes = 0;
  const push = (piece: Buffer): boolean => {
    ready.push(piece);
    readyBytes += piece.length;
    return readyBytes >= OUT_BYTES;
  };
  const flush = (): Buffer => {
    const all = ready.length === 1 && ready[0] !== undefined ? ready[0] : Buffer.concat(ready);
    ready = [];
    readyBytes = 0;
    return all;
  };
  /** Of the entry to come, from a pax header before it. */
  let pax: { readonly block: Buffer; readonly records: readonly (readonly [string, Buffer])[] } | undefined;
  for (;;) {
    const block = await takeBlock(reader);
    if (block === undefined) break;
    if (isEnd(block)) {
      push(block);
      for await (const piece of reader.rest()) if (push(piece)) yield flush();
      break;
    }
    const header = readHeader(block);
    if (header.type === "x") {
      if (header.size > MOST_PAX_BYTES)
        throw new SeaworthyError("INPUT_TOO_LARGE", `a pax header of ${header.size} bytes in a layer; at most ${MOST_PAX_BYTES} are read`);
      const body = await reader.take(header.size + paddingOf(header.size));
      pax = { block, records: readPax((body ?? Buffer.alloc(0)).subarray(0, header.size)) };
      continue;
    }
    const records = pax?.records ?? [];
    const exact = records.find(([key]) => key === "mtime");
    const mtime = exact === undefined ? header.mtime : secondsOf(exact[1]);
    // GNU's long names are entries of their own with no time that counts; global records carry none.
    const isEntry = !/[LKg]/.test(header.type);
    const sets = isEntry && !(mtime <= rule.laterThan);
    if (pax !== undefined) {
      const kept = isEntry ? records.filter(([key]) => !TIMES.includes(key) || (key === "mtime" && !sets)) : records;
      const body = writePax(kept);
      const time = sets ? { mtime: rule.to } : {};
      if (body.length > 0)
        push(Buffer.concat([withFields(pax.block, { ...time, size: body.length }), body, Buffer.alloc(paddingOf(body.length))]));
      if (isEntry) pax = undefined;
    }
    push(sets ? withFields(block, { mtime: rule.to }) : block);
    const size = Number(records.find(([key]) => key === "size")?.[1].toString("latin1") ?? header.size);
    for await (const piece of reader.pieces(size + paddingOf(size))) if (push(piece)) yield flush();
    if (readyBytes >= OUT_BYTES) yield flush();
  }
  if (readyBytes > 0) yield flush();
}

/**
 * The same tar archive with the entries' times set by a rule, one entry after the other in constant memory. Records of access and change times
 * go, and a sub-second modification time with them where the rule sets it; nothing else changes, so that what the rule leaves alone keeps its bytes.
 * @throws INPUT_INVALID when it is no tar archive
 */
export async function* setTarTimes(source: AsyncIterable<Uint8Array>, rule: TimeRule): AsyncGenerator<Buffer, void, undefined> {
  const reader = readBytes(source);
  try {
    yield* rewrite(reader, rule);
  } finally {
    await reader.close();
  }
}
