import { notATar } from "./tar-block.ts";

/** One extended header record. Values are bytes: extended attributes hold anything. */
export interface PaxRecord {
  readonly key: string;
  readonly value: Buffer;
}

const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;

/** Reads `"%d %s=%s\n"` records (POSIX pax, "pax Extended Header"). @throws INPUT_INVALID */
export const parsePax = (bytes: Buffer): readonly PaxRecord[] => {
  const records: PaxRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(SPACE, at);
    const digits = space < 0 ? "" : bytes.subarray(at, space).toString("latin1");
    if (!/^[1-9]\d{0,8}$/.test(digits)) throw notATar("an extended header has no length");
    const end = at + Number(digits);
    const equals = bytes.indexOf(EQUALS, space);
    if (end > bytes.length || bytes[end - 1] !== NEWLINE || equals < 0 || equals >= end)
      throw notATar("an extended header record is cut off");
    records.push({ key: bytes.subarray(space + 1, equals).toString("utf8"), value: bytes.subarray(equals + 1, end - 1) });
    at = end;
  }
  return records;
};

/** A record counts its own length, digits included. */
export const formatPax = (records: readonly PaxRecord[]): Buffer =>
  Buffer.concat(
    records.map(({ key, value }) => {
      const rest = Buffer.byteLength(key) + value.length + 3;
      let length = rest + String(rest).length;
      length = rest + String(length).length;
      return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from("\n")]);
    }),
  );

/** The last record of a key counts. */
export const paxValue = (records: readonly PaxRecord[], key: string): string | undefined => {
  if (records.length === 0) return undefined;
  const found = records.findLast((record) => record.key === key)?.value;
  return found === undefined || found.length === 0 ? undefined : found.toString("utf8");
};

/** A whole number from a record. @throws INPUT_INVALID */
export const paxNumber = (records: readonly PaxRecord[], key: string): number | undefined => {
  const text = paxValue(records, key);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw notATar(`the extended header's ${key} is not a number`);
  return Number(text);
};
