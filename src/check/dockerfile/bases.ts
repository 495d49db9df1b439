import {
  copyReference,
  type EvaluatedStage,
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

/** The images under its stages whose names are known; stages and scratch are none. */
export const baseImages = ({ evaluation }: DockerfileSubject): readonly UsedImage[] =>
  evaluation.stages.flatMap((stage): readonly UsedImage[] => {
    const word = stage.stage.from?.image;
    return word === undefined || stage.base.kind !== "image" ? [] : [{ name: stage.base.image, word, by: "FROM", stage }];
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
