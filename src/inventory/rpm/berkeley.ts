const HASH_MAGIC = 0x061561;
const HASH_PAGES: ReadonlySet<number> = new Set([2, 13]);
const OVERFLOW_PAGE = 7;
const OFF_PAGE = 3;
const PAGE_HEADER = 26;
/** A header is some hundred kilobytes; what claims more is damaged, and so is a chain that goes round. */
const MAX_BLOB = 64 * 1024 * 1024;

/** Headers in a Berkeley DB hash (Berkeley DB dbinc/db_page.h), as rpm used it until 4.16; undefined when it is none. Values lie on pages of their own. */
export const berkeleyBlobs = (content: Buffer): readonly Buffer[] | undefined => {
  if (content.length < 512) return undefined;
  const little = content.readUInt32LE(12) === HASH_MAGIC;
  if (!little && content.readUInt32BE(12) !== HASH_MAGIC) return undefined;
  const u32 = (at: number): number => (little ? content.readUInt32LE(at) : content.readUInt32BE(at));
  const u16 = (at: number): number => (little ? content.readUInt16LE(at) : content.readUInt16BE(at));
  const size = u32(20);
  if (size < 512 || size > 65_536 || (size & (size - 1)) !== 0) return undefined;
  const pages = Math.floor(content.length / size);

  const overflow = (first: number, length: number): Buffer | undefined => {
    const parts: Buffer[] = [];
    let left = length;
    for (let page = first, seen = 0; left > 0; seen += 1) {
      const at = page * size;
      if (page === 0 || page >= pages || seen > pages || content[at + 25] !== OVERFLOW_PAGE) return undefined;
      const used = Math.min(left, u16(at + 22), size - PAGE_HEADER);
      parts.push(content.subarray(at + PAGE_HEADER, at + PAGE_HEADER + used));
      left -= used;
      page = u32(at + 16);
    }
    return Buffer.concat(parts);
  };

  const blobs: Buffer[] = [];
  let total = 0;
  for (let page = 1; page < pages; page += 1) {
    const at = page * size;
    if (!HASH_PAGES.has(content[at + 25] ?? 0)) continue;
    const entries = Math.min(u16(at + 20), Math.floor((size - PAGE_HEADER) / 2));
    // Keys and values in turn.
    for (let index = 1; index < entries; index += 2) {
      const offset = at + u16(at + PAGE_HEADER + index * 2);
      if (offset + 12 > at + size || content[offset] !== OFF_PAGE) continue;
      const length = u32(offset + 8);
      total += length;
      if (length > MAX_BLOB || total > 4 * content.length) return blobs;
      const blob = overflow(u32(offset + 4), length);
      if (blob !== undefined) blobs.push(blob);
    }
  }
  return blobs;
};
