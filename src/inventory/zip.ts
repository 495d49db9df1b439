import { inflateRawSync } from "node:zlib";

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
const MAX_ENTRIES = 200_000;
/** PATH_MAX of Linux; what follows is left out. */
const MAX_NAME_BYTES = 4096;

export interface ZipEntry {
  readonly path: string;
  readonly sizeBytes: number;
  /** Its content; undefined when it is damaged, encrypted, or larger than it says or than `maxBytes`. */
  readonly read: (maxBytes: number) => Buffer | undefined;
}

/** Where the directory of the archive begins and how many entries it has; a comment may stand behind it. */
const endOf = (archive: Buffer): { readonly entries: number; readonly size: number; readonly end: number } | undefined => {
  for (let at = archive.length - 22; at >= Math.max(0, archive.length - 22 - 65_535); at -= 1)
    if (archive.readUInt32LE(at) === END) return { entries: archive.readUInt16LE(at + 10), size: archive.readUInt32LE(at + 12), end: at };
  return undefined;
};

/**
 * Entries of a ZIP archive by its directory (APPNOTE.TXT 4.3); undefined for what is none. What stands before the archive, as a start script does, is passed over.
 * Names are as they were written: nobody may take them for paths.
 */
export const zipEntries = (archive: Buffer): readonly ZipEntry[] | undefined => {
  const end = endOf(archive);
  if (end === undefined) return undefined;
  const start = end.end - end.size;
  if (start < 0) return undefined;
  const entries: ZipEntry[] = [];
  // Places are counted from where the archive begins, which is behind what stands before it.
  let shift: number | undefined;
  for (let at = start; entries.length < MAX_ENTRIES && at + 46 <= end.end && archive.readUInt32LE(at) === CENTRAL;) {
    const [flags, method] = [archive.readUInt16LE(at + 8), archive.readUInt16LE(at + 10)];
    const [packed, sizeBytes] = [archive.readUInt32LE(at + 20), archive.readUInt32LE(at + 24)];
    const [nameLength, extra, comment] = [archive.readUInt16LE(at + 28), archive.readUInt16LE(at + 30), archive.readUInt16LE(at + 32)];
    const offset = archive.readUInt32LE(at + 42);
    const path = archive.toString("utf8", at + 46, Math.min(at + 46 + Math.min(nameLength, MAX_NAME_BYTES), end.end));
    shift ??= shiftOf(archive, offset, start);
    const local = offset + shift;
    entries.push({
      path,
      sizeBytes,
      read: (maxBytes) => {
        if ((flags & 1) !== 0 || sizeBytes > maxBytes || local < 0 || local + 30 > archive.length || archive.readUInt32LE(local) !== LOCAL)
          return undefined;
        const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
        const body = archive.subarray(from, from + packed);
        if (method === STORED) return body.length === sizeBytes ? body : undefined;
        if (method !== DEFLATED) return undefined;
        try {
          return inflateRawSync(body, { maxOutputLength: Math.max(1, sizeBytes) });
        } catch {
          return undefined;
        }
      },
    });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
};

/** 0 for an archive that begins where it should. */
const shiftOf = (archive: Buffer, offset: number, start: number): number => {
  if (offset + 4 <= archive.length && archive.readUInt32LE(offset) === LOCAL) return 0;
  const first = archive.indexOf(Buffer.from("PK\x03\x04", "latin1"));
  return first < 0 || first > start ? 0 : first - offset;
};
