import { SeaworthyError } from "../../core/index.ts";
import { type ByteReader, createByteReader } from "./byte-reader.ts";
import { formatPax, paxNumber, paxValue } from "./pax.ts";
import { notATar, padded, readNumber, type TarBlock, writeChecksum, writeOctal } from "./tar-block.ts";
import { createPartReader, type TarPart } from "./tar-parts.ts";

/**
 * Which times of an archive become which, in whole seconds since the epoch. `{to: t, laterThan: t}` clamps to t, as SOURCE_DATE_EPOCH means it
 * (reproducible-builds.org).
 */
export interface TimeRule {
  /** What later times become. */
  readonly to: number;
  /** Times up to this one stay. Minus infinity: none does. */
  readonly laterThan: number;
}

const SIZE = { start: 124, length: 12 };
const MTIME = 136;
const TIME_LENGTH = 12;
/** Where atime and ctime are, in the formats that keep them in the header block. */
const OTHER_TIMES: Readonly<Record<TarBlock["format"], readonly number[]>> = { v7: [], ustar: [], gnu: [345, 357], star: [476, 488] };
const TIME_KEYS = ["mtime", "atime", "ctime", "LIBARCHIVE.creationtime"];
const MAX_TIME = 8 ** 11;
const OUT_BYTES = 256 * 1024;

/** A time that cannot be read counts as late: it goes. */
const isLate = (time: number, rule: TimeRule): boolean => !(time <= rule.laterThan);

/** @param force the entry's exact time was in a pax record that is gone: the block has to say it now */
const setBlock = ({ bytes, block }: TarPart, rule: TimeRule, force: boolean): Buffer => {
  const starts = OTHER_TIMES[block.format].filter((start) => bytes[start] !== 0 && isLate(readNumber(bytes, start, TIME_LENGTH), rule));
  if (force || isLate(block.mtime, rule)) starts.push(MTIME);
  if (starts.length === 0) return bytes;
  const changed = Buffer.from(bytes);
  for (const start of starts) writeOctal(changed, start, TIME_LENGTH, rule.to);
  writeChecksum(changed);
  return changed;
};

const lateKeys = ({ records }: TarPart, rule: TimeRule): readonly string[] =>
  records.length === 0
    ? []
    : TIME_KEYS.filter((key) => {
        const value = paxValue(records, key);
        return value !== undefined && isLate(Number(value), rule);
      });

/**
 * A pax header without the records of late times: the entry's block has its time too, and two files whose times differ in nothing but a fraction come out
 * as the same bytes. Only a record that overrules another, or is for all entries, is set. A header that held nothing else goes whole.
 */
const setPax = (part: TarPart, rule: TimeRule, late: readonly string[], kept: ReadonlySet<string>): readonly Buffer[] => {
  const block = setBlock(part, rule, false);
  if (late.length === 0) return [block, part.more];
  const records = [
    ...part.records.filter(({ key }) => !late.includes(key)),
    ...late.filter((key) => kept.has(key)).map((key) => ({ key, value: Buffer.from(String(rule.to)) })),
  ];
  if (records.length === 0) return [];
  const body = formatPax(records);
  const changed = Buffer.from(block);
  writeOctal(changed, SIZE.start, SIZE.length, body.length);
  writeChecksum(changed);
  return [changed, body, Buffer.alloc(padded(body.length) - body.length)];
};

async function* rewrite(reader: ByteReader, rule: TimeRule): AsyncGenerator<Buffer, void, undefined> {
  const parts = createPartReader(reader);
  /** Times that a global header has set. */
  const global = new Set<string>();
  let sizeFromPax: number | undefined;
  let force = false;
  for (;;) {
    const part = parts.now() ?? (await parts.next());
    if ("endMark" in part) {
      yield part.endMark;
      for (let chunk = await reader.some(OUT_BYTES); chunk.length > 0; chunk = await reader.some(OUT_BYTES)) yield chunk;
      return;
    }
    const { block } = part;
    if (block.type === "x" || block.type === "g") {
      const late = lateKeys(part, rule);
      if (block.type === "x") {
        sizeFromPax = paxNumber(part.records, "size");
        force = late.includes("mtime");
      } else for (const key of TIME_KEYS) if (part.records.some((record) => record.key === key)) global.add(key);
      yield* setPax(part, rule, late, global);
      continue;
    }
    yield setBlock(part, rule, force && !part.isExtension);
    yield part.more;
    if (part.isExtension) continue;
    for (let left = padded(block.hasBody ? (sizeFromPax ?? block.sizeBytes) : 0); left > 0;) {
      const chunk = await reader.some(left);
      if (chunk.length === 0) throw notATar("it ends in the middle of an entry");
      left -= chunk.length;
      yield chunk;
    }
    sizeFromPax = undefined;
    force = false;
  }
}

/** Joins small chunks: an archive of small files is mostly headers, and each chunk costs its readers a turn. Large ones pass uncopied. */
async function* joined(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let ready: Buffer[] = [];
  let readyBytes = 0;
  for await (const chunk of source) {
    const isLarge = chunk.length >= OUT_BYTES;
    if (!isLarge) {
      ready.push(chunk);
      readyBytes += chunk.length;
    }
    if (readyBytes >= OUT_BYTES || (isLarge && readyBytes > 0)) {
      yield Buffer.concat(ready);
      ready = [];
      readyBytes = 0;
    }
    if (isLarge) yield chunk;
  }
  if (readyBytes > 0) yield Buffer.concat(ready);
}

/**
 * Streams a tar archive with its times set by a rule: mtime in header blocks and pax records, atime and ctime of pax, GNU and star. Each time is judged by itself;
 * all other bytes stay as they are, end mark and padding too, so that an archive without late times comes out as it was. Holds a chunk and a header at a time.
 * @throws INPUT_INVALID when it is no tar archive, or the rule's times are none
 */
export async function* setTarTimes(source: AsyncIterable<Uint8Array>, rule: TimeRule): AsyncGenerator<Buffer, void, undefined> {
  if (!Number.isSafeInteger(rule.to) || rule.to < 0 || rule.to >= MAX_TIME || Number.isNaN(rule.laterThan))
    throw new SeaworthyError("INPUT_INVALID", `${rule.to} is not a time to set in an archive: expected whole seconds since 1970`);
  const reader = createByteReader(source);
  try {
    yield* joined(rewrite(reader, rule));
  } finally {
    await reader.close();
  }
}
