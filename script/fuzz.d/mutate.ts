/** A number from 0 up to, not including, `below`. */
export type Random = (below: number) => number;

/** The same numbers for the same seed and case (mulberry32 over a mixed start). */
export const randomOf = (seed: number, index: number): Random => {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35);
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

export const pick = <T>(all: readonly T[], random: Random): T => all[random(all.length)] as T;

const CHARACTERS = [
  ..."\\`\n\r\t #$(){}[]<>'\"=,:;|&*!?%@~^/-+.0aA".split(""),
  "\r\n",
  "\u{feff}",
  "\u{0}",
  "\u{d800}",
  "\u{1f980}",
  "\u{a0}",
  "\u{2028}",
  "\u{85}",
  "\u{1b}",
  "é",
];

const NUMBERS = [
  "0",
  "-1",
  "65536",
  "4294967296",
  "9007199254740993",
  "1e999",
  "0x7f",
  "0o17",
  "1_000",
  ".5",
  "-0",
  "NaN",
  "99999999999999999999",
];

/** Where a piece is cut: at any place, or at the ends of lines. */
const cut = (text: string, random: Random): readonly [number, number] => {
  const at = random(text.length + 1);
  if (random(2) === 0) return [at, Math.min(text.length, at + random(random(4) === 0 ? 400 : 24))];
  const start = text.lastIndexOf("\n", at - 1) + 1;
  let end = start;
  for (let lines = 1 + random(6); lines > 0; lines -= 1) {
    const next = text.indexOf("\n", end);
    end = next < 0 ? text.length : next + 1;
  }
  return [start, end];
};

/** How often something is repeated: mostly a few times, now and then as often as a long text allows. */
const often = (length: number, random: Random): number => {
  const most = Math.max(1, Math.floor(65_536 / Math.max(1, length)));
  const few = [2, 3, 10, 100, 1000][random(5)] ?? 2;
  return Math.min(most, random(6) === 0 ? most : few);
};

/** One change of a text. `pieces` are the grammar's, `other` is another text of the kind. */
type Change = (text: string, random: Random, pieces: readonly string[], other: string) => string;

const insert = (text: string, at: number, piece: string): string => text.slice(0, at) + piece + text.slice(at);
const before = (text: string, random: Random): string => text.slice(random(Math.max(1, text.length)), random(text.length + 1));

const CHANGES: readonly Change[] = [
  // A character becomes another.
  (text, random) => {
    const at = random(text.length + 1);
    return (
      text.slice(0, at) +
      (random(3) === 0 ? String.fromCharCode(random(random(4) === 0 ? 65_536 : 256)) : pick(CHARACTERS, random)) +
      text.slice(at + 1)
    );
  },
  (text, random) => insert(text, random(text.length + 1), pick(CHARACTERS, random)),
  (text, random, pieces) => insert(text, random(text.length + 1), pick(pieces, random)),
  (text, random, pieces) => insert(text, random(text.length + 1), pick(pieces, random)),
  // A piece of the grammar, very often.
  (text, random, pieces) => {
    const piece = random(3) === 0 ? pick(CHARACTERS, random) : pick(pieces, random);
    return insert(text, random(text.length + 1), piece.repeat(often(piece.length, random)));
  },
  // Two of them in turn: what opens and what stands inside.
  (text, random, pieces) => {
    const pair = pick(pieces, random) + pick(random(2) === 0 ? pieces : CHARACTERS, random);
    return insert(text, random(text.length + 1), pair.repeat(often(pair.length, random)));
  },
  // Opened deep and closed again.
  (text, random) => {
    const [open, close] = pick(
      [
        ["(", ")"],
        ["[", "]"],
        ["{", "}"],
        ["$(", ")"],
        ["${a:-", "}"],
        ["{a: ", "}"],
        ["[a, ", "]"],
        ["'\"", "\"'"],
        ["if a; then ", " fi;"],
        ["(( ", " ))"],
        ["`\\", "\\`"],
      ] as const,
      random,
    );
    const times = often(open.length + close.length, random);
    return insert(text, random(text.length + 1), open.repeat(times) + close.repeat(times));
  },
  // Each line a step further in: blocks within blocks.
  (text, random) => {
    const step = pick(
      [
        ["- ", "  "],
        ["a:\n", " "],
        ["- a:\n", "   "],
      ] as const,
      random,
    );
    const depth = Math.min(400, often(step[0].length, random));
    const lines = Array.from({ length: depth }, (_, level) => step[1].repeat(step[0].endsWith("\n") ? level : 0) + step[0]);
    return insert(text, text.lastIndexOf("\n", random(text.length + 1)) + 1, lines.join(""));
  },
  (text, random) => {
    const [start, end] = cut(text, random);
    return text.slice(0, start) + text.slice(end);
  },
  (text, random) => {
    const [start, end] = cut(text, random);
    return insert(text, end, text.slice(start, end).repeat(often(end - start, random)));
  },
  (text, random) => {
    const [start, end] = cut(text, random);
    const without = text.slice(0, start) + text.slice(end);
    return insert(without, random(without.length + 1), text.slice(start, end));
  },
  (text, random, _, other) => text.slice(0, random(text.length + 1)) + other.slice(random(other.length + 1)),
  (text, random, _, other) => {
    const [start, end] = cut(other, random);
    return insert(text, random(text.length + 1), other.slice(start, end));
  },
  (text, random) => text.slice(0, random(text.length + 1)),
  (text, random) => text.slice(random(text.length + 1)),
  (text, random) => {
    const numbers = [...text.matchAll(/\d+/g)];
    const found = numbers.length === 0 ? undefined : pick(numbers, random);
    return found === undefined ? text : text.slice(0, found.index) + pick(NUMBERS, random) + text.slice(found.index + found[0].length);
  },
  (text, random) => (random(2) === 0 ? text.replaceAll("\n", "\r\n") : random(2) === 0 ? text.replaceAll("\n", "\r") : `\u{feff}${text}`),
  (text, random) =>
    text
      .split("\n")
      .toSorted(() => random(3) - 1)
      .join("\n"),
  // Any word in place of any other of the text.
  (text, random) => {
    const words = [...text.matchAll(/[\w.-]+/g)];
    if (words.length < 2) return before(text, random);
    const [one, two] = [pick(words, random), pick(words, random)];
    return text.slice(0, one.index) + two[0] + text.slice(one.index + one[0].length);
  },
];

/** One to eight changes, at most `maxLength` UTF-16 units long. */
export const mutate = (text: string, random: Random, pieces: readonly string[], other: string, maxLength: number): string => {
  let result = text.slice(0, maxLength);
  for (let times = 1 + random(8); times > 0; times -= 1) result = pick(CHANGES, random)(result, random, pieces, other).slice(0, maxLength);
  return result;
};
