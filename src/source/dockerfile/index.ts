export type { Diagnostic, DiagnosticCode } from "./diagnostic.ts";
export type { Dockerfile, Stage } from "./dockerfile.ts";
export { AUTOMATIC_ARGS } from "./evaluate/args.ts";
export type { Environment } from "./evaluate/environment.ts";
export { evaluate, imagesUnder } from "./evaluate/evaluate.ts";
export {
  type Base,
  type EvaluatedInstruction,
  type EvaluatedStage,
  type EvaluateOptions,
  type Evaluation,
  type ExpandedWord,
  partsOf,
} from "./evaluate/evaluation.ts";
export type { ExposedPorts } from "./evaluate/ports.ts";
export { copyReference, mountReference, type Reference } from "./evaluate/references.ts";
export type { BaseConfig, CommandValue, EffectiveConfig, HealthcheckValue, Setting } from "./evaluate/settings.ts";
export type * from "./instructions/instruction.ts";
export type { Mount, MountField } from "./instructions/mount.ts";
export type { Comment } from "./lexer/comment.ts";
export type { Directive, DirectiveName } from "./lexer/directives.ts";
export type { Flag } from "./lexer/flags.ts";
export type { Heredoc } from "./lexer/heredoc.ts";
export type { MappedText } from "./mapped-text.ts";
export { parseDockerfile } from "./parse.ts";
export type { Expanded } from "./words/expansion.ts";
export { knownText, type Part, type Parts, type UnknownPart } from "./words/parts.ts";
export type { Found, Use, Variable } from "./words/variable.ts";
