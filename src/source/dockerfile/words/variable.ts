import type { Range } from "../../../core/index.ts";
import type { Parts } from "./parts.ts";

/** Something that gave a variable its value. */
export interface Variable {
  readonly name: string;
  /**
   * `arg`, `env`: an instruction of the file. `build-arg`: a value from outside for an ARG. `automatic`: TARGETPLATFORM and its like.
   * `base`: the base image's configuration.
   */
  readonly kind: "arg" | "env" | "build-arg" | "automatic" | "base";
  readonly parts: Parts;
  /** Where the file names it; absent for what no instruction declares. */
  readonly range?: Range;
}

/** The answer to a name. `unset`: certainly nothing sets it. Its value may be unknown all the same: see `Parts`. */
export type Found = { readonly state: "set"; readonly parts: Parts; readonly variable?: Variable } | { readonly state: "unset" };

export const UNSET: Found = { state: "unset" };

/** One `$name` or `${name...}`. */
export interface Use {
  readonly name: string;
  /** In the text that was expanded. */
  readonly start: number;
  readonly end: number;
  readonly found: Found;
}
