import type { Budget, Parts } from "./parts.ts";
import type { Found, Use } from "./variable.ts";

export interface ExpandOptions {
  /** Default: nothing is set. */
  readonly lookup?: (name: string) => Found;
  /** Code unit of the escape character. Default: the backslash. */
  readonly escape?: number;
  /** Keeps quotes in the result. Default false. */
  readonly rawQuotes?: boolean;
  /** Keeps escapes in the result. Default false. */
  readonly rawEscapes?: boolean;
  /** Takes quotes for ordinary characters, as in the body of a here-document. Default false. */
  readonly quotesAreText?: boolean;
  /** Leaves what is not set as it is written. Default false: it becomes empty. */
  readonly keepUnset?: boolean;
  /** Also splits the result into words. Default false. */
  readonly split?: boolean;
  readonly budget?: Budget;
}

/** What a word becomes. */
export interface Expanded {
  readonly parts: Parts;
  /** With `split` only: its words, with where each begins and ends in the text that was given. */
  readonly words: readonly { readonly parts: Parts; readonly start: number; readonly end: number }[];
  /** Every variable that was looked up, in order. */
  readonly uses: readonly Use[];
  /** BuildKit's complaint; the parts are empty then. */
  readonly error?: string;
}
