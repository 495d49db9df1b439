import type { SourceText } from "../../core/index.ts";

/** Bounds on a hostile file. An image has at most 127 layers, so that what is built has far fewer instructions; the largest of the corpora has 3 kB. */
export const DOCKERFILE_LIMITS = { characters: 1_000_000, instructions: 2000, stages: 200 } as const;

const inWords = (count: number): string => count.toLocaleString("en-US");

/** Why a text is too long to be read; undefined when it is not. */
export const tooLong = ({ text }: SourceText): string | undefined =>
  text.length > DOCKERFILE_LIMITS.characters
    ? `it has ${inWords(text.length)} characters; a Dockerfile of at most ${inWords(DOCKERFILE_LIMITS.characters)} is read`
    : undefined;

/** Why a file has too much in it to be judged; undefined when it has not. */
export const tooMuch = (instructions: number, stages: number): string | undefined =>
  instructions > DOCKERFILE_LIMITS.instructions
    ? `it has more than ${inWords(DOCKERFILE_LIMITS.instructions)} instructions; no more of a Dockerfile are read`
    : stages > DOCKERFILE_LIMITS.stages
      ? `it has ${inWords(stages)} stages; a Dockerfile of at most ${inWords(DOCKERFILE_LIMITS.stages)} is read`
      : undefined;
