import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";

/** What V8 has compiled of one chunk. */
export interface Code {
  /** Of the chunk's text: another text's code must not be run for it, and V8 itself compares lengths alone. */
  readonly sourceSum: number;
  readonly data: Uint8Array;
}

/** The code of all chunks that a command has loaded so far. */
export interface CodePack {
  readonly codes: ReadonlyMap<string, Code>;
  /** Bytecode that was in memory when it was written. */
  readonly bytecodeBytes: number;
}

interface ReadCodePack extends CodePack {
  /** When it was written or confirmed, in milliseconds since the epoch. */
  readonly at: number;
}

/**
 * A file is: the sum of all that follows (4 bytes), the length of the head (4 bytes), the head as JSON, the parts. V8 does not look whether code was damaged: it
 * would run it.
 */
interface Head {
  readonly bytecodeBytes: number;
  readonly parts: readonly (readonly [name: string, sourceSum: number, size: number])[];
}

/** V8 copies what does not lie on such a boundary. */
const ALIGN = 8;
const aligned = (size: number): number => Math.ceil(size / ALIGN) * ALIGN;
const BEGIN = 8;
const KEPT_MS = 30 * 86_400_000;
const MAX_BYTES = 64 * 1024 * 1024;

/** Whether what is in a file is nobody's word but ours: code that is read is run. */
const isOurs = ({ uid, mode, size }: Stats): boolean =>
  size <= MAX_BYTES && (process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0));

/** Undefined when there is none, when somebody else could have written it, and when it is damaged. */
export const readCodePack = (path: string): ReadCodePack | undefined => {
  try {
    const handle = openSync(path, "r");
    try {
      const stat = fstatSync(handle);
      if (!isOurs(stat)) return undefined;
      const bytes = readFileSync(handle);
      if (crc32(bytes.subarray(4)) !== bytes.readUInt32LE(0)) return undefined;
      const end = BEGIN + bytes.readUInt32LE(4);
      const head: Head = JSON.parse(bytes.toString("latin1", BEGIN, end));
      let at = aligned(end);
      const codes = new Map<string, Code>();
      for (const [name, sourceSum, size] of head.parts) {
        codes.set(name, { sourceSum, data: bytes.subarray(at, at + size) });
        at += aligned(size);
      }
      return { codes, bytecodeBytes: head.bytecodeBytes, at: stat.mtimeMs };
    } finally {
      closeSync(handle);
    }
  } catch {
    return undefined;
  }
};

const padded = (bytes: Uint8Array): readonly Uint8Array[] => [bytes, new Uint8Array(aligned(bytes.length) - bytes.length)];

/** Packs of programs that nobody has started for a month: of earlier versions, mostly. */
const sweep = (folder: string, now: number): void => {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (now - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
};

const remove = (path: string): void => {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where no folder is, no file is.
  }
};

/** A pack that holds what is needed counts as written now, and its folder as in use. */
export const confirmCodePack = (path: string, now: number): void => {
  try {
    for (const one of [path, dirname(path)]) utimesSync(one, now / 1000, now / 1000);
  } catch {
    // The next run asks again.
  }
};

/** Whole or not at all. What cannot be written is compiled again the next time. */
export const writeCodePack = (path: string, { codes, bytecodeBytes }: CodePack, now: number): void => {
  const temporary = `${path}.${process.pid}`;
  try {
    const folder = dirname(path);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const parts = [...codes].map(([name, { sourceSum, data }]): Head["parts"][number] => [name, sourceSum, data.length]);
    const head = Buffer.from(JSON.stringify({ bytecodeBytes, parts } satisfies Head), "latin1");
    const bytes = Buffer.concat([new Uint8Array(BEGIN), ...[head, ...[...codes.values()].map(({ data }) => data)].flatMap(padded)]);
    bytes.writeUInt32LE(head.length, 4);
    bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
    writeFileSync(temporary, bytes, { mode: 0o600, flag: "wx" });
    renameSync(temporary, path);
    sweep(dirname(folder), now);
  } catch {
    remove(temporary);
  }
};
