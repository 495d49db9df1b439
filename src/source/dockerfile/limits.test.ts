import { expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import { DOCKERFILE_LIMITS } from "./limits.ts";
import { parseDockerfile } from "./parse.ts";

const parse = (text: string) => parseDockerfile(new SourceText("Dockerfile", text));
const { instructions, stages, characters } = DOCKERFILE_LIMITS;

test("a file at its limits is read, one over them is not", () => {
  const full = parse(`FROM a\n${"RUN b\n".repeat(instructions - 1)}`);
  expect([full.refused, full.instructions.length]).toEqual([undefined, instructions]);
  const many = parse(`FROM a\n${"RUN b\n".repeat(instructions)}`);
  expect([many.refused, many.instructions.length]).toEqual([expect.stringContaining("more than 2,000 instructions"), 0]);
  expect(parse("FROM a\n".repeat(stages)).refused).toBeUndefined();
  expect(parse("FROM a\n".repeat(stages + 1)).refused).toContain("201 stages");
  expect(parse(`FROM a\n#${"b".repeat(characters)}`).refused).toContain("1,000,008 characters");
});
