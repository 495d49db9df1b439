import type { Dockerfile } from "./dockerfile.ts";
import { MappedText } from "./mapped-text.ts";

/** Every mapped text of a Dockerfile, for tests that hold of all of them. */
export const mappedTexts = (dockerfile: Dockerfile): readonly MappedText[] => {
  const found: MappedText[] = [];
  const visit = (value: unknown): void => {
    if (value instanceof MappedText) found.push(value);
    else if (Array.isArray(value)) for (const one of value) visit(one);
    else if (typeof value === "object" && value !== null) for (const one of Object.values(value)) visit(one);
  };
  for (const instruction of dockerfile.instructions) visit(instruction);
  return found;
};

/** A random generator that gives the same numbers for the same seed (mulberry32). */
export const randomFrom = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

const CHARACTERS = "\\ ` \n \r\n # $ { } ' \" [ ] , = < > - : / * ? \t \u{feff} \u{0} \u{d800} \u{1f980} \u{a0}".split(" ");
const PIECES = ' |\\\n|`\n|\\\n\n|\\\n# x\n|<<EOF|<<-\'E\'|3<<"A B"|\nEOF\n|${a:-|${a#|${a//|$a|["|"]|\\u00e9|--|--from=0 '.split("|");
const HEADS = "--mount=type=cache,|\nFROM |\nARG a=|\nENV a=|\nONBUILD |\nCOPY |\nRUN |\nHEALTHCHECK CMD |# escape=`\n".split("|");
const SNIPPETS = [...CHARACTERS, ...PIECES, ...HEADS];

/** One to eight small changes: a piece cut, doubled, moved, a character changed, something of the grammar put in. */
export const mutate = (text: string, random: (below: number) => number): string => {
  let result = text;
  for (let times = 1 + random(8); times > 0; times -= 1) {
    const at = random(result.length + 1);
    const until = Math.min(result.length, at + random(20));
    const piece = result.slice(at, until);
    const kind = random(6);
    if (kind === 0) result = result.slice(0, at) + result.slice(until);
    else if (kind === 1) result = result.slice(0, at) + piece + result.slice(at);
    else if (kind === 2) result = result.slice(0, at) + String.fromCharCode(random(random(4) === 0 ? 65_536 : 256)) + result.slice(at + 1);
    else if (kind === 3) {
      const without = result.slice(0, at) + result.slice(until);
      const target = random(without.length + 1);
      result = without.slice(0, target) + piece + without.slice(target);
    } else result = result.slice(0, at) + (SNIPPETS[random(SNIPPETS.length)] ?? "") + result.slice(at);
  }
  return result;
};
