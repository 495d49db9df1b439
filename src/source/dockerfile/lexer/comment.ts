import type { Range } from "../../../core/index.ts";

/** A comment line. In a Dockerfile a `#` further into a line begins none. */
export interface Comment {
  /** What follows the `#`, without white space at either end. */
  readonly text: string;
  /** From the `#` to the end of the line. */
  readonly range: Range;
  /** Whether it stands among the continuation lines of an instruction, whose text it is no part of. */
  readonly inside: boolean;
}
