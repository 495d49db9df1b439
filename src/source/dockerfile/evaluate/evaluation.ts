import type { Diagnostic } from "../diagnostic.ts";
import type { Dockerfile, Stage } from "../dockerfile.ts";
import type { Instruction } from "../instructions/instruction.ts";
import type { MappedText } from "../mapped-text.ts";
import type { Expanded } from "../words/expansion.ts";
import type { Parts } from "../words/parts.ts";
import type { Environment } from "./environment.ts";
import type { BaseConfig, EffectiveConfig } from "./settings.ts";

export interface EvaluateOptions {
  /** `--build-arg` and `build.args`; also overrides automatic arguments such as TARGETARCH. Default: none. */
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** `--target`. Default: the last stage. */
  readonly target?: string;
  /** The configuration of a base image, where it is at hand; `platform` as FROM names it, where that is known. Default: no image's is. */
  readonly baseConfig?: (image: string, platform: string | undefined) => BaseConfig | undefined;
}

/** A text in which variables were replaced. `word.rangeOf(use.start, use.end)` is where a variable was used. */
export interface ExpandedWord extends Expanded {
  readonly word: MappedText;
}

export interface EvaluatedInstruction {
  readonly instruction: Instruction;
  /** The variables it sees: those that the instructions before it set. */
  readonly environment: Environment;
  /** By the text of the instruction that was expanded. One that is not in it stays as it is written: see `partsOf`. */
  readonly words: ReadonlyMap<MappedText, ExpandedWord>;
  /** The stage whose ONBUILD wrote it, when another's did. */
  readonly triggeredBy?: Stage;
}

/** What a text of the instruction ends up as. */
export const partsOf = ({ words }: Pick<EvaluatedInstruction, "words">, word: MappedText): Parts =>
  words.get(word)?.parts ?? (word.length === 0 ? [] : [word.text]);

/** What a stage builds on. `unknown`: its name depends on what is not known, or there is no FROM. */
export type Base =
  | { readonly kind: "stage"; readonly stage: EvaluatedStage }
  | { readonly kind: "scratch" }
  | { readonly kind: "image"; readonly image: string; readonly config?: BaseConfig }
  | { readonly kind: "unknown" };

export interface EvaluatedStage {
  readonly stage: Stage;
  readonly base: Base;
  readonly image?: ExpandedWord;
  readonly platform?: ExpandedWord;
  /** From the stage that an image or nothing is under, up to this one. */
  readonly chain: readonly EvaluatedStage[];
  /** Its own, those that the parent's ONBUILD adds first. The parent's own are the parent's. */
  readonly instructions: readonly EvaluatedInstruction[];
  /** The variables at its end. */
  readonly environment: Environment;
  readonly config: EffectiveConfig;
}

export interface Evaluation {
  readonly dockerfile: Dockerfile;
  readonly stages: readonly EvaluatedStage[];
  /** The stage that becomes the image. Undefined when there is none, or none of that name. */
  readonly target: EvaluatedStage | undefined;
  /** ARGs before the first FROM, as FROM sees them. */
  readonly globals: Environment;
  readonly globalArgs: readonly EvaluatedInstruction[];
  /** What only shows when variables are replaced and stages are put together. Those of reading are not among them. */
  readonly diagnostics: readonly Diagnostic[];
}
