import { MAX_PACKAGES } from "../allowance.ts";

const DATABASE = 0x506d7052;
const SLOT = 0x746f6c53;
const BLOB = 0x53626c42;
const PAGE = 4096;
const ENTRY = 16;
const BLOCK = 16;

/** Headers in a database of SUSE's own kind (rpm lib/backend/ndb/rpmpkg.c); undefined when it is none. */
export const ndbBlobs = (content: Buffer): readonly Buffer[] | undefined => {
  if (content.length < 2 * ENTRY || content.readUInt32LE(0) !== DATABASE || content.readUInt32LE(4) !== 0) return undefined;
  const end = Math.min(content.length, content.readUInt32LE(12) * PAGE);
  const blobs: Buffer[] = [];
  // What stands in front of the slots takes the room of two.
  for (let at = 2 * ENTRY; at + ENTRY <= end; at += ENTRY) {
    if (content.readUInt32LE(at) !== SLOT || content.readUInt32LE(at + 4) === 0) continue;
    const offset = content.readUInt32LE(at + 8) * BLOCK;
    if (offset + ENTRY > content.length || content.readUInt32LE(offset) !== BLOB) continue;
    const length = content.readUInt32LE(offset + 12);
    const from = offset + ENTRY;
    if (blobs.length > MAX_PACKAGES) break;
    if (from + length <= content.length) blobs.push(content.subarray(from, from + length));
  }
  return blobs;
};
