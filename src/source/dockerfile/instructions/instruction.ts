import type { Range } from "../../../core/index.ts";
import type { Comment } from "../lexer/comment.ts";
import type { Flag } from "../lexer/flags.ts";
import type { Heredoc } from "../lexer/heredoc.ts";
import type { MappedText } from "../mapped-text.ts";
import type { Mount } from "./mount.ts";

/** What every instruction has. Texts are as written: variables not replaced, quotes kept. */
export interface InstructionBase {
  /** The keyword as written; `keyword` has it in upper case. */
  readonly word: MappedText;
  /** From the keyword to the last character, here-documents included. */
  readonly range: Range;
  /** Without the bodies of here-documents. */
  readonly head: Range;
  readonly flags: readonly Flag[];
  /** What follows the flags, without white space at either end. */
  readonly rest: MappedText;
  readonly heredocs: readonly Heredoc[];
  /** Comment lines above, back to the instruction before or to an empty comment. */
  readonly comments: readonly Comment[];
  /** Blank lines among its continuations. */
  readonly blankLines: readonly Range[];
}

/** `shell`: one text for the shell (empty when nothing is written). `exec`: the strings of a JSON array. */
export type Command =
  | { readonly form: "shell"; readonly text: MappedText }
  | { readonly form: "exec"; readonly words: readonly MappedText[]; readonly array: MappedText };

/** A name, and the value it is given. */
export interface KeyValue {
  readonly key: MappedText;
  readonly value: MappedText;
  /** The old form without an equals sign: `ENV name value`. */
  readonly legacy: boolean;
}

export interface ArgDefinition {
  readonly name: MappedText;
  /** Its default. */
  readonly value?: MappedText;
  readonly word: MappedText;
}

export type CopySource =
  | { readonly kind: "path"; readonly word: MappedText }
  /** `heredoc` is absent when it was never closed or lies outside the words BuildKit reads. */
  | { readonly kind: "heredoc"; readonly word: MappedText; readonly heredoc?: Heredoc };

export interface FromInstruction extends InstructionBase {
  readonly keyword: "FROM";
  /** An image, an earlier stage or `scratch`. */
  readonly image?: MappedText;
  readonly as?: MappedText;
  /** As written; stages are told apart by it in lower case. */
  readonly name?: MappedText;
  readonly platform?: MappedText;
}

export interface ArgInstruction extends InstructionBase {
  readonly keyword: "ARG";
  readonly args: readonly ArgDefinition[];
}

export interface KeyValueInstruction extends InstructionBase {
  readonly keyword: "ENV" | "LABEL";
  readonly pairs: readonly KeyValue[];
}

export interface CopyInstruction extends InstructionBase {
  readonly keyword: "COPY" | "ADD";
  readonly form: "words" | "json";
  readonly sources: readonly CopySource[];
  readonly destination?: MappedText;
  /** COPY only. */
  readonly from?: MappedText;
  readonly chown?: MappedText;
  readonly chmod?: MappedText;
  readonly link: boolean;
  /** COPY only. */
  readonly parents: boolean;
  readonly exclude: readonly MappedText[];
  /** ADD only, as the next two. */
  readonly checksum?: MappedText;
  readonly keepGitDir?: boolean;
  readonly unpack?: boolean;
}

export interface RunInstruction extends InstructionBase {
  readonly keyword: "RUN";
  readonly command: Command;
  /**
   * Set when the command is one here-document and nothing else: its body is the script. With a `#!` line it is run as a file, else handed to the shell.
   */
  readonly script?: Heredoc;
  readonly mounts: readonly Mount[];
  /** Default: `default`. */
  readonly network?: MappedText;
  /** Default: `sandbox`. */
  readonly security?: MappedText;
  readonly devices: readonly MappedText[];
}

export interface CommandInstruction extends InstructionBase {
  readonly keyword: "CMD" | "ENTRYPOINT";
  readonly command: Command;
}

export interface ShellInstruction extends InstructionBase {
  readonly keyword: "SHELL";
  readonly words: readonly MappedText[];
}

export interface HealthcheckInstruction extends InstructionBase {
  readonly keyword: "HEALTHCHECK";
  /** Upper case: `CMD`, `NONE`, or what BuildKit refuses. */
  readonly type?: string;
  readonly command?: Command;
  /** Undefined: not written (or not a duration); 0 is what BuildKit takes for not written. */
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  readonly startPeriodMs?: number;
  readonly startIntervalMs?: number;
  readonly retries?: number;
}

export interface ListInstruction extends InstructionBase {
  readonly keyword: "EXPOSE" | "VOLUME";
  readonly words: readonly MappedText[];
}

export interface ValueInstruction extends InstructionBase {
  readonly keyword: "USER" | "WORKDIR" | "STOPSIGNAL" | "MAINTAINER";
  /** All of the line. */
  readonly value?: MappedText;
}

export interface OnbuildInstruction extends InstructionBase {
  readonly keyword: "ONBUILD";
  /** What a stage built on this one runs first. Its here-documents are its own, not the ONBUILD's. */
  readonly trigger?: Instruction;
}

export interface UnknownInstruction extends InstructionBase {
  readonly keyword: "UNKNOWN";
}

export type Instruction =
  | FromInstruction
  | ArgInstruction
  | KeyValueInstruction
  | CopyInstruction
  | RunInstruction
  | CommandInstruction
  | ShellInstruction
  | HealthcheckInstruction
  | ListInstruction
  | ValueInstruction
  | OnbuildInstruction
  | UnknownInstruction;

export type Keyword = Instruction["keyword"];

/** Those whose shell form may open here-documents. */
export const takesHeredocs = (instruction: Instruction): boolean =>
  (instruction.keyword === "RUN" && instruction.command.form === "shell") ||
  ((instruction.keyword === "COPY" || instruction.keyword === "ADD") && instruction.form === "words");
