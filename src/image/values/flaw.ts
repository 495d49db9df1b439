import { forTerminal } from "../../core/index.ts";

/** What is not as an image's own documents say. Who only looks at the image reads it all the same, and says so; nobody else takes it. */
export interface Flaw {
  /** By which a waiver names it. `image:not-whole`: parts are missing. `image:not-intact`: parts are other ones than those that are named. */
  readonly id: "image:not-whole" | "image:not-intact";
  readonly message: string;
}

export const notWhole = (message: string): Flaw => ({ id: "image:not-whole", message });
export const notIntact = (message: string): Flaw => ({ id: "image:not-intact", message });

/** What is wrong with an image, as a sentence. Its parts have whatever names somebody gave them. */
export const flawWords = ({ id, message }: Flaw): string =>
  `the image is ${id === "image:not-whole" ? "not whole" : "not intact"}: ${forTerminal(message)}`;
