import {
  type EvaluatedInstruction,
  type EvaluatedStage,
  type Instruction,
  type Keyword,
  knownText,
  type MappedText,
  type Parts,
  partsOf,
} from "../../source/dockerfile/index.ts";
import type { DockerfileSubject } from "../subject.ts";

type InstructionOf<K extends Keyword, I = Instruction> = I extends { readonly keyword: infer J }
  ? [Extract<J, K>] extends [never]
    ? never
    : I
  : never;

/** An instruction where it is written, an ONBUILD's own among them. */
export interface Written<I extends Instruction = Instruction> {
  readonly instruction: I;
  readonly evaluated: EvaluatedInstruction;
  readonly stage: EvaluatedStage;
  /** Written behind ONBUILD: run in another build, whose variables are not known here. */
  readonly later: boolean;
}

const NO_WORDS: EvaluatedInstruction["words"] = new Map();

const unwrap = (evaluated: EvaluatedInstruction, stage: EvaluatedStage): Written => {
  const { instruction } = evaluated;
  const trigger = instruction.keyword === "ONBUILD" ? instruction.trigger : undefined;
  return trigger === undefined
    ? { instruction, evaluated, stage, later: false }
    : { instruction: trigger, evaluated: { ...evaluated, instruction: trigger, words: NO_WORDS }, stage, later: true };
};

const ofStage = new WeakMap<EvaluatedStage, readonly Written[]>();

/** All that a stage says itself; what a parent's ONBUILD adds is the parent's. */
export const writtenIn = (stage: EvaluatedStage): readonly Written[] => {
  const found = ofStage.get(stage) ?? stage.instructions.filter((one) => one.triggeredBy === undefined).map((one) => unwrap(one, stage));
  ofStage.set(stage, found);
  return found;
};

const known = new WeakMap<DockerfileSubject["evaluation"], readonly Written[]>();

const allWritten = ({ evaluation }: Pick<DockerfileSubject, "evaluation">): readonly Written[] => {
  const found = known.get(evaluation) ?? evaluation.stages.flatMap(writtenIn);
  known.set(evaluation, found);
  return found;
};

const knownByKeyword = new WeakMap<DockerfileSubject["evaluation"], ReadonlyMap<Keyword, readonly Written[]>>();

const byKeyword = (subject: Pick<DockerfileSubject, "evaluation">): ReadonlyMap<Keyword, readonly Written[]> => {
  const found = knownByKeyword.get(subject.evaluation) ?? Map.groupBy(allWritten(subject), ({ instruction }) => instruction.keyword);
  knownByKeyword.set(subject.evaluation, found);
  return found;
};

/** Whether it is one of these instructions. */
export const isOf = <K extends Keyword>(one: Written, keywords: readonly K[]): one is Written<InstructionOf<K>> =>
  keywords.some((keyword) => keyword === one.instruction.keyword);

/** The instructions of these keywords in all stages, in order. Most rules ask for one keyword, and most files have none of it. */
export const written = <K extends Keyword>(
  subject: Pick<DockerfileSubject, "evaluation">,
  ...keywords: readonly K[]
): readonly Written<InstructionOf<K>>[] => {
  const groups = byKeyword(subject);
  const there = keywords.flatMap((keyword) => groups.get(keyword) ?? []);
  const inOrder = keywords.length === 1 || there.length === 0 ? there : allWritten(subject);
  return inOrder.filter((one): one is Written<InstructionOf<K>> => isOf(one, keywords));
};

const unquoted = (text: string): string => /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text;

/** What a word ends up as, as far as it is known. */
export const valueOf = ({ evaluated, later }: Pick<Written, "evaluated" | "later">, word: MappedText): Parts => {
  if (!later) return partsOf(evaluated, word);
  return word.text.includes("$") ? [{ unknown: word.text, why: "no-value" }] : word.length === 0 ? [] : [unquoted(word.text)];
};

/** The same when all of it is known. */
export const textOf = (one: Pick<Written, "evaluated" | "later">, word: MappedText): string | undefined => knownText(valueOf(one, word));

/**
 * What a complaint about a trigger answers to: BuildKit reads it only with a stage below that is built on the one that has it.
 */
export const peersOfTrigger = (
  { stage, later }: Pick<Written, "stage" | "later">,
  { evaluation }: Pick<DockerfileSubject, "evaluation">,
  peers: readonly string[],
): { readonly peers?: readonly string[] } =>
  later && !evaluation.stages.some(({ base }) => base.kind === "stage" && base.stage === stage)
    ? { peers: peers.filter((alias) => !alias.startsWith("buildkit:")) }
    : {};

/** As messages call a stage. */
export const stageName = ({ stage }: EvaluatedStage): string =>
  stage.name === undefined ? `stage ${stage.index + 1}` : `stage ${stage.name}`;

/** Whether a path begins at a root, of Linux or of a Windows drive; undefined when its beginning is not known. */
export const isAbsolute = (parts: Parts): boolean | undefined => {
  const [first] = parts;
  if (first === undefined) return false;
  return typeof first === "string" ? /^(?:[/\\]|[a-z]:)/i.test(first) : undefined;
};
