import type { ScalarNode, Span } from "../../yaml/index.ts";
import { spanWithin } from "../text-offsets.ts";

/** A word of a command; offsets count in the script's text. */
export interface Word {
  /** As written, quotes and templates included. */
  readonly raw: string;
  /** Without quotes. Expansions stand as written. */
  readonly value: string;
  /** No variable or command is put in by the shell. */
  readonly isLiteral: boolean;
  readonly start: number;
  readonly end: number;
}

/** A simple command of a script. */
export interface Command {
  /** The program's name without its folder. */
  readonly name: string;
  readonly args: readonly Word[];
  /** Where output goes: `>`, `>>` and the target. */
  readonly redirects: readonly { readonly operator: string; readonly target: Word }[];
  /** The text of a here-document, when it has one that the shell fills in. */
  readonly hereDocument: string | undefined;
  /** What comes before and behind it in a pipeline. */
  readonly from: Command | undefined;
  readonly into: Command | undefined;
  readonly start: number;
  readonly end: number;
}

export const commandSpan = (script: ScalarNode, { start, end }: { readonly start: number; readonly end: number }): Span => {
  const line = script.text.indexOf("\n", start);
  return spanWithin(script, start, line > start && line < end ? line : end);
};
