import { type Allowance, createAllowance, MAX_OWNED_CHARACTERS } from "../allowance.ts";
import type { Package } from "../package.ts";

/** Tags of a header (rpm include/rpm/rpmtag.h). */
const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  license: 1014,
  arch: 1022,
  sourceRpm: 1044,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  modularityLabel: 5096,
} as const;

const INT32 = 4;
const STRING = 6;
const STRING_ARRAY = 8;
const I18N_STRING = 9;

/** No package has more; a header that says so is damaged. */
const MAX_ENTRIES = 65_536;
const MAX_FILES = 1_000_000;

interface Entry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/** A package as its header has it, and the files that it put there. */
export interface RpmPackage {
  readonly package: Package;
  readonly files: readonly string[];
}

const stringAt = (data: Buffer, offset: number): { readonly text: string; readonly next: number } | undefined => {
  const end = data.indexOf(0, offset);
  return offset < 0 || offset >= data.length || end < 0 ? undefined : { text: data.toString("utf8", offset, end), next: end + 1 };
};

const stringsAt = (data: Buffer, { type, offset, count }: Entry): readonly string[] => {
  if (type !== STRING && type !== STRING_ARRAY && type !== I18N_STRING) return [];
  const found: string[] = [];
  for (let at = offset; found.length < Math.min(count, MAX_FILES);) {
    const one = stringAt(data, at);
    if (one === undefined) break;
    found.push(one.text);
    at = one.next;
  }
  return found;
};

const numbersAt = (data: Buffer, { type, offset, count }: Entry): readonly number[] => {
  if (type !== INT32) return [];
  const fitting = Math.max(0, Math.min(count, MAX_FILES, Math.floor((data.length - offset) / 4)));
  return Array.from({ length: fitting }, (_, index) => data.readInt32BE(offset + index * 4));
};

/** `bash-5.1.8-6.el9.src.rpm`: name and version, the release with it. */
const sourceOf = (sourceRpm: string | undefined, epoch: string): Package["source"] => {
  const [, name, version, release] = /^(.+)-([^-]+)-([^-]+)\.(?:no)?src\.rpm$/.exec(sourceRpm ?? "") ?? [];
  return name === undefined ? undefined : { name, version: `${epoch}${version}-${release}` };
};

const filesOf = (
  indexes: readonly number[],
  baseNames: readonly string[],
  dirNames: readonly string[],
  characters: Allowance,
): readonly string[] =>
  baseNames.flatMap((name, at) => {
    const folder = dirNames[indexes[at] ?? -1];
    return folder === undefined || !characters.take(folder.length + name.length) ? [] : [`${folder}${name}`.replace(/^\/+/, "")];
  });

/** Reads a header as the database of rpm keeps it (rpm docs/manual/format.md, "Header structure", without its magic); undefined for what is none, and for keys. */
export const readHeader = (blob: Buffer, characters: Allowance = createAllowance(MAX_OWNED_CHARACTERS)): RpmPackage | undefined => {
  if (blob.length < 8) return undefined;
  const [count, size] = [blob.readUInt32BE(0), blob.readUInt32BE(4)];
  const start = 8 + count * 16;
  if (count === 0 || count > MAX_ENTRIES || start + size > blob.length) return undefined;
  const data = blob.subarray(start, start + size);
  const entries = new Map<number, Entry>();
  for (let at = 8; at < start; at += 16) {
    const offset = blob.readInt32BE(at + 8);
    if (offset >= 0 && offset < data.length)
      entries.set(blob.readUInt32BE(at), { type: blob.readUInt32BE(at + 4), offset, count: blob.readUInt32BE(at + 12) });
  }
  const strings = (tag: number): readonly string[] => {
    const entry = entries.get(tag);
    return entry === undefined ? [] : stringsAt(data, entry);
  };
  const numbers = (tag: number): readonly number[] => {
    const entry = entries.get(tag);
    return entry === undefined ? [] : numbersAt(data, entry);
  };
  const [[name], [version], [release], [arch], [license], [sourceRpm], [label]] = [
    strings(TAG.name),
    strings(TAG.version),
    strings(TAG.release),
    strings(TAG.arch),
    strings(TAG.license),
    strings(TAG.sourceRpm),
    // `nodejs:18:8090020231019:rhel8`: name, stream, version, context.
    strings(TAG.modularityLabel),
  ];
  if (name === undefined || version === undefined || release === undefined || name === "gpg-pubkey") return undefined;
  const [number] = numbers(TAG.epoch);
  const epoch = number === undefined || number === 0 ? "" : `${number}:`;
  const source = sourceOf(sourceRpm, epoch);
  return {
    package: {
      type: "rpm",
      name,
      version: `${epoch}${version}-${release}`,
      ...(source === undefined ? {} : { source }),
      ...(arch === undefined ? {} : { arch }),
      ...(label === undefined || !label.includes(":") ? {} : { module: label.split(":", 2).join(":") }),
      licenses: license === undefined || license === "" ? [] : [license],
    },
    files: filesOf(numbers(TAG.dirIndexes), strings(TAG.baseNames), strings(TAG.dirNames), characters),
  };
};
