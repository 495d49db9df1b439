import type { Package } from "../package.ts";

/** Headers of a program for Windows stand in its first bytes; what stands further back is no usual one. */
const HEAD_BYTES = 4096;
const MAX_RESOURCES = 4 * 1024 * 1024;
const SECTION_BYTES = 40;
/** Place of the CLI header in the list of directories (ECMA-335, II.25.2.3.3). */
const CLI_DIRECTORY = 14;

interface Place {
  readonly at: number;
  readonly bytes: number;
}

/** Where the resources of an assembly lie in its file; undefined when it is none, or has none (Microsoft PE Format, "Section Table"). */
const resourcesOf = (head: Buffer): Place | undefined => {
  if (head.length < 64 || head.toString("latin1", 0, 2) !== "MZ") return undefined;
  const at = head.readUInt32LE(60);
  if (at + 24 > head.length || head.toString("latin1", at, at + 4) !== "PE\0\0") return undefined;
  const [sections, optionalBytes] = [head.readUInt16LE(at + 6), head.readUInt16LE(at + 20)];
  const optional = at + 24;
  const table = optional + optionalBytes;
  if (table + sections * SECTION_BYTES > head.length) return undefined;
  const magic = head.readUInt16LE(optional);
  const directories = optional + (magic === 0x20b ? 112 : 96);
  const cli = directories + CLI_DIRECTORY * 8;
  if (cli + 8 > table || head.readUInt32LE(cli) === 0) return undefined;
  for (let section = table; section < table + sections * SECTION_BYTES; section += SECTION_BYTES)
    if (head.toString("latin1", section, section + 8).replaceAll("\0", "") === ".rsrc")
      return { at: head.readUInt32LE(section + 20), bytes: Math.min(head.readUInt32LE(section + 16), MAX_RESOURCES) };
  return undefined;
};

/** A text of the version resource: behind its key and what fills up to four bytes. */
const textOf = (resources: Buffer, key: string): string | undefined => {
  const written = Buffer.from(`${key}\0`, "utf16le");
  const at = resources.indexOf(written);
  if (at < 0) return undefined;
  let from = at + written.length;
  while (from + 1 < resources.length && from < at + written.length + 4 && resources.readUInt16LE(from) === 0) from += 2;
  const text = resources.toString("utf16le", from, from + 400);
  const end = text.indexOf("\0");
  return end < 0 ? undefined : text.slice(0, end).trim();
};

/** `13.0.1+ae9fe44e`, `8.0.0-rc.1 @Commit: x`: as NuGet would name it. */
const versionIn = (text: string | undefined): string | undefined =>
  /^(\d{1,9}(?:\.\d{1,9}){1,3}(?:-[0-9A-Za-z.-]{1,60})?)(?:$|[+ ,])/.exec(text ?? "")?.[1];

/**
 * Reads an assembly of .NET as it passes: the name of its file and the version that its resources give (`ProductVersion`, which is its package's, else
 * `FileVersion`). Libraries of Windows that are not .NET's, and translations, are none.
 */
export const readDotnetAssembly = (
  path: string,
): { readonly take: (chunk: Uint8Array) => void; readonly end: () => Package | undefined } => {
  const [, name = ""] = /([^/]+)\.(?:dll|exe)$/i.exec(path) ?? [];
  let head = Buffer.alloc(0);
  let place: Place | undefined;
  let passed = 0;
  const parts: Buffer[] = [];
  const keep = (bytes: Uint8Array, from: number): void => {
    if (place === undefined) return;
    const part = bytes.subarray(Math.max(0, place.at - from), Math.max(0, place.at + place.bytes - from));
    if (part.length > 0) parts.push(Buffer.from(part));
  };
  return {
    take: (chunk) => {
      const isHead = passed < HEAD_BYTES;
      if (isHead) {
        head = Buffer.concat([head, chunk]);
        place = head.length >= HEAD_BYTES ? resourcesOf(head.subarray(0, HEAD_BYTES)) : undefined;
        if (place !== undefined) keep(head, 0);
      } else keep(chunk, passed);
      passed += chunk.length;
    },
    end: () => {
      if (passed < HEAD_BYTES) {
        place = resourcesOf(head);
        keep(head, 0);
      }
      if (name === "" || name.endsWith(".resources")) return undefined;
      const resources = Buffer.concat(parts);
      const version = versionIn(textOf(resources, "ProductVersion")) ?? versionIn(textOf(resources, "FileVersion"));
      return version === undefined ? undefined : { type: "nuget", name, version, licenses: [] };
    },
  };
};
