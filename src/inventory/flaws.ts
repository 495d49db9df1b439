import { forTerminal } from "../core/index.ts";
import type { Flaw } from "../image/index.ts";

/** What is wrong with an image, as a sentence. Its parts have whatever names somebody gave them. */
export const flawWords = ({ id, message }: Flaw): string =>
  `the image is ${id === "image:not-whole" ? "not whole" : "not intact"}: ${forTerminal(message)}`;
