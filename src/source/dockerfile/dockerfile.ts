import type { Range, SourceText } from "../../core/index.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { ArgInstruction, FromInstruction, Instruction, OnbuildInstruction } from "./instructions/instruction.ts";
import type { Comment } from "./lexer/comment.ts";
import type { Directive } from "./lexer/directives.ts";

/** A FROM and what follows it, up to the next. */
export interface Stage {
  /** Counts from 0; what `COPY --from=0` means. */
  readonly index: number;
  /** In lower case: stages are told apart without regard to case. */
  readonly name?: string;
  /** Absent in a fragment: instructions before any FROM, which BuildKit refuses. */
  readonly from?: FromInstruction;
  /** Without the FROM. */
  readonly instructions: readonly Instruction[];
  readonly onbuild: readonly OnbuildInstruction[];
  readonly range: Range;
}

/** A Dockerfile, read. Whatever the bytes were there is one; `diagnostics` says what BuildKit would refuse. */
export interface Dockerfile {
  readonly source: SourceText;
  /** Why nothing of it was read: it is over DOCKERFILE_LIMITS. */
  readonly refused?: string;
  readonly directives: readonly Directive[];
  /** Code unit of the escape character: of a backslash, or a backtick by directive. */
  readonly escape: number;
  /** ARG before the first FROM: for FROM lines, and for an ARG of the same name in a stage. */
  readonly globalArgs: readonly ArgInstruction[];
  readonly stages: readonly Stage[];
  /** All of them in order, those of `globalArgs`, FROM and `stages` alike. */
  readonly instructions: readonly Instruction[];
  /** All comment lines in order; directives and lines of here-documents are none. */
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
}
