import { SeaworthyError } from "../../core/index.ts";
import { formatPax, type PaxRecord } from "./pax.ts";
import { BLOCK, padded, writeChecksum, writeOctal } from "./tar-block.ts";

/** An entry to write. Defaults: mode 0644 (directories and links 0755), owner 0:0, time 0. */
export interface NewTarEntry {
  readonly path: string;
  readonly type?: "file" | "directory" | "symlink" | "hardlink";
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Whole seconds since the epoch. */
  readonly mtimeSeconds?: number;
  readonly linkPath?: string;
  readonly body?: Uint8Array | { readonly sizeBytes: number; readonly stream: AsyncIterable<Uint8Array> };
}

const FLAG = { file: "0", hardlink: "1", symlink: "2", directory: "5" } as const;
const MAX_OCTAL_SIZE = 8 ** 11;
const MAX_OCTAL_ID = 8 ** 7;

const fits = (name: string): boolean => /^[\x20-\x7e]*$/.test(name) && name.length <= 100;

const block = (
  name: string,
  flag: string,
  entry: { mode: number; uid: number; gid: number; sizeBytes: number; mtimeSeconds: number; linkPath: string },
): Buffer => {
  const header = Buffer.alloc(BLOCK);
  header.write(name.slice(0, 100), 0, "latin1");
  writeOctal(header, 100, 8, entry.mode);
  writeOctal(header, 108, 8, entry.uid);
  writeOctal(header, 116, 8, entry.gid);
  writeOctal(header, 124, 12, entry.sizeBytes);
  writeOctal(header, 136, 12, entry.mtimeSeconds);
  header.write(flag, 156, "latin1");
  header.write(entry.linkPath.slice(0, 100), 157, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  writeChecksum(header);
  return header;
};

/** The header blocks of one entry: ustar, with a pax header in front for what does not fit. */
export const tarHeader = (entry: NewTarEntry): Buffer => {
  const type = entry.type ?? "file";
  const path = type === "directory" && !entry.path.endsWith("/") ? `${entry.path}/` : entry.path;
  const linkPath = entry.linkPath ?? "";
  const body = entry.body;
  const sizeBytes = type !== "file" || body === undefined ? 0 : body instanceof Uint8Array ? body.length : body.sizeBytes;
  const { uid = 0, gid = 0, mtimeSeconds = 0, mode = type === "file" ? 0o644 : 0o755 } = entry;
  const record = (key: string, value: string | number, needed: boolean): readonly PaxRecord[] =>
    needed ? [{ key, value: Buffer.from(String(value)) }] : [];
  const records = [
    ...record("path", path, !fits(path)),
    ...record("linkpath", linkPath, !fits(linkPath)),
    ...record("size", sizeBytes, sizeBytes >= MAX_OCTAL_SIZE),
    ...record("uid", uid, uid >= MAX_OCTAL_ID),
    ...record("gid", gid, gid >= MAX_OCTAL_ID),
  ];
  const ascii = (text: string): string => text.replace(/[^\x20-\x7e]/g, "_");
  const main = block(ascii(path), FLAG[type], {
    mode,
    uid: uid >= MAX_OCTAL_ID ? 0 : uid,
    gid: gid >= MAX_OCTAL_ID ? 0 : gid,
    sizeBytes: sizeBytes >= MAX_OCTAL_SIZE ? 0 : sizeBytes,
    mtimeSeconds,
    linkPath: ascii(linkPath),
  });
  if (records.length === 0) return main;
  const pax = formatPax(records);
  const paxBlock = block(`PaxHeaders.0/${ascii(path).slice(-80)}`, "x", {
    mode: 0o644,
    uid: 0,
    gid: 0,
    sizeBytes: pax.length,
    mtimeSeconds: 0,
    linkPath: "",
  });
  return Buffer.concat([paxBlock, pax, Buffer.alloc(padded(pax.length) - pax.length), main]);
};

/** A tar archive of these entries, in this order: the same bytes for the same entries. @throws INPUT_INVALID when a stream is not as long as it said */
export async function* writeTar(entries: Iterable<NewTarEntry> | AsyncIterable<NewTarEntry>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const entry of entries) {
    yield tarHeader(entry);
    if (entry.body === undefined) continue;
    const sizeBytes = entry.body instanceof Uint8Array ? entry.body.length : entry.body.sizeBytes;
    let sent = 0;
    for await (const chunk of entry.body instanceof Uint8Array ? [entry.body] : entry.body.stream) {
      sent += chunk.length;
      if (sent > sizeBytes) break;
      yield chunk;
    }
    if (sent !== sizeBytes)
      throw new SeaworthyError("INPUT_INVALID", `${entry.path} was to have ${sizeBytes} bytes in the archive; its stream gives ${sent}`);
    if (padded(sizeBytes) > sizeBytes) yield Buffer.alloc(padded(sizeBytes) - sizeBytes);
  }
  yield Buffer.alloc(2 * BLOCK);
}
