import { pick, type Random } from "../fuzz.d/mutate.ts";

/** A change, and words for it. */
export type Breaking<Value> = readonly [what: string, change: (value: Value, random: Random) => Value];

/** Where something may happen: anywhere, at the beginning, at the end, at the borders of blocks. */
const place = (length: number, random: Random): number => {
  const near = random(Math.min(length, 600) + 1);
  return (
    [random(length + 1), near, Math.max(0, length - near), Math.min(length, 512 * random(Math.ceil(length / 512) + 1))][random(4)] ?? 0
  );
};

const spliced = (bytes: Buffer, from: number, to: number, ...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([bytes.subarray(0, from), ...parts, bytes.subarray(Math.max(from, to))]);

const span = (random: Random): number => [1, 4, 16, 512, 4096, 65_536][random(6)] ?? 1;

/** What counts and places in files are replaced with. */
const NUMBERS = [0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x7fff_fff0];

export const BYTES: readonly Breaking<Buffer>[] = [
  ["cut off", (bytes, random) => bytes.subarray(0, place(bytes.length, random))],
  ["without its beginning", (bytes, random) => bytes.subarray(place(bytes.length, random))],
  [
    "bits turned",
    (bytes, random) => {
      const changed = Buffer.from(bytes);
      for (let times = 1 + random(8); times > 0 && changed.length > 0; times -= 1) {
        const at = Math.min(changed.length - 1, place(changed.length, random));
        changed[at] = (changed[at] ?? 0) ^ (1 << random(8));
      }
      return changed;
    },
  ],
  [
    "bytes of any kind",
    (bytes, random) => {
      const at = place(bytes.length, random);
      const length = Math.min(span(random), bytes.length - at);
      return spliced(bytes, at, at + length, Buffer.from(Array.from({ length }, () => random(256))));
    },
  ],
  [
    "zeros",
    (bytes, random) => {
      const at = place(bytes.length, random);
      const length = Math.min(span(random), bytes.length - at);
      return spliced(bytes, at, at + length, Buffer.alloc(length));
    },
  ],
  [
    "a part left out",
    (bytes, random) => {
      const at = place(bytes.length, random);
      return spliced(bytes, at, at + span(random));
    },
  ],
  [
    "a part repeated",
    (bytes, random) => {
      const at = place(bytes.length, random);
      const part = bytes.subarray(at, at + span(random));
      const times = 1 + random(random(5) === 0 ? 1000 : 4);
      return part.length * times > 16 * 1024 * 1024 ? bytes : spliced(bytes, at, at, ...Array.from({ length: times }, () => part));
    },
  ],
  [
    "a part elsewhere",
    (bytes, random) => {
      const [from, to] = [place(bytes.length, random), place(bytes.length, random)];
      return spliced(bytes, to, to, bytes.subarray(from, from + span(random)));
    },
  ],
  [
    "a number of two or four bytes",
    (bytes, random) => {
      if (bytes.length < 8) return bytes;
      const changed = Buffer.from(bytes);
      for (let times = 1 + random(4); times > 0; times -= 1) {
        const at = Math.min(changed.length - 4, place(changed.length, random));
        const number = pick(NUMBERS, random);
        if (random(2) === 0) changed.writeUInt16LE(number & 0xffff, at);
        else if (random(4) === 0) changed.writeUInt32BE(number >>> 0, at);
        else changed.writeUInt32LE(number >>> 0, at);
      }
      return changed;
    },
  ],
  ["something behind it", (bytes, random) => Buffer.concat([bytes, Buffer.alloc(span(random), random(256))])],
  ["its last bytes, as a checksum", (bytes, random) => spliced(bytes, bytes.length - 8, bytes.length, Buffer.alloc(8, random(256)))],
  ["itself once more", (bytes) => (bytes.length > 8 * 1024 * 1024 ? bytes : Buffer.concat([bytes, bytes]))],
];

/** One of the changes, noted. */
export const broken = <Value>(value: Value, all: readonly Breaking<Value>[], random: Random, note: (what: string) => void): Value => {
  const [what, change] = pick(all, random);
  note(what);
  return change(value, random);
};
