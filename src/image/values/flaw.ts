/** What is not as an image's own documents say. Who only looks at the image reads it all the same, and says so; nobody else takes it. */
export interface Flaw {
  /** By which a waiver names it. `image:not-whole`: parts are missing. `image:not-intact`: parts are other ones than those that are named. */
  readonly id: "image:not-whole" | "image:not-intact";
  readonly message: string;
}

export const notWhole = (message: string): Flaw => ({ id: "image:not-whole", message });
export const notIntact = (message: string): Flaw => ({ id: "image:not-intact", message });
