import { describe, expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import { parseDockerfile } from "./parse.ts";
import { stageNamed, stageReferred } from "./stages.ts";

const parse = (text: string) => parseDockerfile(new SourceText("Dockerfile", text));
const messages = (text: string): readonly string[] => parse(text).diagnostics.map((found) => found.message);

test("global ARGs, stages, what is in them", () => {
  const { globalArgs, stages } = parse("ARG A=1\nFROM a AS Build\nARG A\nRUN x\nONBUILD RUN y\nFROM build\nUSER u\n");
  expect(globalArgs).toHaveLength(1);
  expect(
    stages.map(({ index, name, from, instructions, onbuild }) => [index, name, from?.image?.text, instructions.length, onbuild.length]),
  ).toEqual([
    [0, "build", "a", 3, 1],
    [1, undefined, "build", 1, 0],
  ]);
  expect(stages[0]?.range).toMatchObject({ start: { line: 2 }, end: { line: 5 } });
});

test("a fragment is a stage without FROM, and says so", () => {
  const { stages, diagnostics } = parse("ARG A\nRUN x\nRUN y");
  expect(stages).toMatchObject([{ index: 0, instructions: [{ keyword: "RUN" }, { keyword: "RUN" }] }]);
  expect(diagnostics.map((found) => found.message)).toEqual([
    "dockerfile contains no stages to build",
    "no build stage in current context",
  ]);
});

describe("nothing to build", () => {
  test.each([
    ["", "the Dockerfile cannot be empty"],
    ["\n# a\n", "file with no instructions"],
    ["ARG A", "dockerfile contains no stages to build"],
  ])("%j", (text, message) => expect(messages(text)).toEqual([message]));
});

test("stages by name without regard to case, the last of several; by number", () => {
  const { stages } = parse("FROM a AS x\nFROM b AS X\nFROM c");
  expect(stageNamed(stages, "x")?.index).toBe(1);
  expect(stageNamed(stages, "X", 1)?.index).toBe(0);
  expect(stageNamed(stages, "y")).toBeUndefined();
  expect([stageReferred(stages, "2")?.index, stageReferred(stages, "3"), stageReferred(stages, "x")?.index]).toEqual([2, undefined, 1]);
});
