import {
  copyReference,
  type EvaluatedStage,
  type Evaluation,
  knownText,
  type MappedText,
  mountReference,
  type Parts,
  type Use,
} from "../../source/dockerfile/index.ts";
import type { DockerfileSubject } from "../subject.ts";
import { written } from "./walk.ts";

/** An image that a Dockerfile takes something from, by its whole name. */
export interface UsedImage {
  readonly name: string;
  /** Where it is named. */
  readonly word: MappedText;
  readonly by: "FROM" | "COPY --from" | "--mount";
  readonly stage: EvaluatedStage;
}

const firstBroken = new WeakMap<Evaluation, EvaluatedStage | "none">();

const brokenStage = (evaluation: Evaluation): EvaluatedStage | undefined => {
  const found =
    firstBroken.get(evaluation) ??
    evaluation.stages.find(({ stage }) => stage.from !== undefined && stage.from.image === undefined) ??
    "none";
  firstBroken.set(evaluation, found);
  return found === "none" ? undefined : found;
};

/**
 * A FROM without an image begins no stage that could be built. What its ARGs were meant for are the FROMs below, and by these they are read,
 * so that the one mistake does not hide others.
 */
const meantName = (evaluation: Evaluation, { stage, image }: EvaluatedStage): string | undefined => {
  const broken = brokenStage(evaluation);
  if (broken === undefined || broken.stage.index >= stage.index || image === undefined || image.uses.length === 0) return undefined;
  let name = "";
  let at = 0;
  for (const use of image.uses) {
    const found = broken.environment.find(use.name);
    const text = found.state === "set" ? knownText(found.parts) : undefined;
    if (text === undefined) return undefined;
    name += image.word.text.slice(at, use.start) + text;
    at = use.end;
  }
  return name + image.word.text.slice(at);
};

/** The images under its stages whose names are known; stages and scratch are none. */
export const baseImages = ({ evaluation }: DockerfileSubject): readonly UsedImage[] =>
  evaluation.stages.flatMap((stage): readonly UsedImage[] => {
    const word = stage.stage.from?.image;
    const name = meantName(evaluation, stage) ?? (stage.base.kind === "image" ? stage.base.image : undefined);
    return word === undefined || name === undefined ? [] : [{ name, word, by: "FROM", stage }];
  });

/** Those it copies or mounts from: a name that no stage has. */
export const copiedImages = (subject: DockerfileSubject): readonly UsedImage[] => {
  const { stages } = subject.file;
  return written(subject, "COPY", "RUN").flatMap(({ instruction, stage }): readonly UsedImage[] => {
    if (instruction.keyword !== "RUN") {
      const { from: word } = instruction;
      const reference = word === undefined ? undefined : copyReference(stages, word);
      return word === undefined || reference?.kind !== "image" || /\$|^\d*$/.test(word.text)
        ? []
        : [{ name: reference.image, word, by: "COPY --from", stage }];
    }
    return instruction.mounts.flatMap(({ from: word }): readonly UsedImage[] => {
      const reference = word === undefined ? undefined : mountReference(stages, word);
      return word === undefined || reference?.kind !== "image" || word.text.includes("$")
        ? []
        : [{ name: reference.image, word, by: "--mount", stage }];
    });
  });
};

/** A word could be an image's name or a stage's: one without registry, folder, tag or digest. */
export const isBareName = (name: string): boolean => !/[/:@.]/.test(name);

/** The variables of a word that nothing gives a value, but for those with a value of their own: `${X:-default}`. */
export const unsetUses = (word: MappedText, uses: readonly Use[]): readonly Use[] =>
  uses.filter((use) => use.found.state === "unset" && /^\$(?:\{\w+\}|\w+)$/.test(word.text.slice(use.start, use.end)));

/** What it is when every build argument keeps its default. `fallback` stands for what the builder itself always sets. */
export const withDefaults = (parts: Parts, fallback: (name: string) => string): string =>
  parts.map((part) => (typeof part === "string" ? part : (part.fallback ?? fallback(part.unknown)))).join("");
