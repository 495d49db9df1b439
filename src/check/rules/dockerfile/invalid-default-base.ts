import { unsetUses, withDefaults } from "../../dockerfile/bases.ts";
import { fileRule } from "../../dockerfile/define.ts";
import { isSeaworthyError, parseReference } from "../../../core/index.ts";
import { AUTOMATIC_ARGS, evaluate } from "../../../source/dockerfile/index.ts";

const isImageName = (name: string): boolean => {
  try {
    parseReference(name);
    // parseReference takes every name that it can make sense of, a tag that was left empty too.
    return !name.endsWith(":");
  } catch (error) {
    if (isSeaworthyError(error)) return false;
    throw error;
  }
};

export const invalidDefaultBase = fileRule({
  id: "dockerfile/invalid-default-base",
  aliases: ["buildkit:InvalidDefaultArgInFrom"],
  severity: "warning",
  summary: "With the defaults of its ARGs every FROM names an image.",
  why: "Whoever builds without the arguments, an editor, a scanner, a colleague, gets an error about an invalid reference that says nothing about what is missing.",
  source: "https://docs.docker.com/reference/build-checks/invalid-default-arg-in-from/",
  examples: [
    { bad: "ARG TAG\nFROM node:${TAG}\n", good: "ARG TAG=24-slim\nFROM node:${TAG}\n" },
    { bad: "ARG BASE\nFROM $BASE\n", good: "ARG VARIANT\nFROM node:24${VARIANT}\n" },
  ],
  *check({ file, settings, evaluation }) {
    const plain = Object.keys(settings.dockerfile?.buildArgs ?? {}).length === 0 ? evaluation : evaluate(file);
    for (const { image } of plain.stages) {
      if (image === undefined || image.uses.length === 0 || image.error !== undefined) continue;
      const name = withDefaults(image.parts, (variable) => (AUTOMATIC_ARGS.includes(variable) ? "linux" : ""));
      if (unsetUses(image.word, image.uses).length === 0 && !isImageName(name))
        yield {
          at: image.word.range,
          message: `with the defaults of its arguments, ${image.word.text} is ${name === "" ? "empty" : `"${name}", which is no image's name`}`,
          advice: "Give the ARG above the first FROM a default that works.",
        };
    }
  },
});
