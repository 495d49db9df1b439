/** Bytes of a file, any part of it. */
export type FilePart = (offset: number, count: number) => Buffer;

const MAX_SECTIONS = 10_000;
const MAX_NAMES_BYTES = 1024 * 1024;

/** Where a section's bytes stand in the file, as its header says. */
export interface Section {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** An ELF file's sections by their names; undefined where it is none, has no table of them, or says what cannot be (System V ABI, "Object Files"). */
export const sectionsOf = (part: FilePart): ReadonlyMap<string, Section> | undefined => {
  const head = part(0, 64);
  if (head.length < 52 || head.toString("latin1", 0, 4) !== "\x7fELF") return undefined;
  const is64 = head[4] === 2;
  const isLittle = head[5] === 1;
  if (is64 && head.length < 64) return undefined;
  const u16 = (bytes: Buffer, at: number): number => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (bytes: Buffer, at: number): number => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const word = (bytes: Buffer, at: number): number =>
    is64 ? Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at)) : u32(bytes, at);
  const table = word(head, is64 ? 40 : 32);
  const [size, count, namesAt] = [u16(head, is64 ? 58 : 46), u16(head, is64 ? 60 : 48), u16(head, is64 ? 62 : 50)];
  if (table === 0 || count === 0 || count > MAX_SECTIONS || namesAt >= count || size < (is64 ? 64 : 40)) return undefined;
  const headers = part(table, size * count);
  if (headers.length < size * count) return undefined;
  const names = headers.subarray(namesAt * size);
  const length = word(names, is64 ? 32 : 20);
  if (length > MAX_NAMES_BYTES) return undefined;
  const text = part(word(names, is64 ? 24 : 16), length);
  if (text.length < length) return undefined;
  return new Map(
    Array.from({ length: count }, (_, at) => {
      const from = u32(headers, at * size);
      const end = text.indexOf(0, from);
      const header = headers.subarray(at * size);
      return [
        from >= text.length || end < 0 ? "" : text.toString("latin1", from, end),
        { offset: word(header, is64 ? 24 : 16), sizeBytes: word(header, is64 ? 32 : 20) },
      ];
    }),
  );
};
