import { expect, test } from "vitest";
import { stepsOf } from "./inputs.ts";

const inputs = (text: string, target?: string) =>
  stepsOf(text, target)?.map((step) => [step.keyword, step.inputs === "everything" ? "everything" : [...step.inputs]]);

test.each([
  [
    "a variable with a default",
    "ARG D=src\nFROM a\nARG D\nCOPY $D/x /y",
    [
      ["ARG", []],
      ["COPY", ["src/x"]],
    ],
  ],
  ["a path that a mount shows", "FROM a\nRUN --mount=source=package.json,target=/p x", [["RUN", ["package.json"]]]],
  ["JSON with a blank", 'FROM a\nCOPY ["a b", "/c"]', [["COPY", ["a b"]]]],
  ["a continued line with a comment", "FROM a\nCOPY a \\\n# b\n c /d", [["COPY", ["a", "c"]]]],
  ["git over ssh", "FROM a\nADD git@example.com:a/b.git /c", [["ADD", "everything"]]],
  ["a stage of a mount", "FROM a AS deps\nCOPY x /\nFROM b\nRUN --mount=from=Deps,target=/d y", [["RUN", ["x"]]]],
  [
    "a mount's type that is not known",
    "FROM a\nARG T\nRUN --mount=type=$T,target=/d y",
    [
      ["ARG", []],
      ["RUN", "everything"],
    ],
  ],
  [
    "ONBUILD: no entry where it stands, one on top",
    "FROM a AS p\nONBUILD COPY x /\nUSER u\nFROM p\nRUN y",
    [
      ["USER", []],
      ["COPY", ["x"]],
      ["RUN", ["x"]],
    ],
  ],
  [
    "an instruction in a here-document",
    "FROM a\nRUN <<EOF\nCOPY . /\nEOF\nRUN y",
    [
      ["RUN", []],
      ["RUN", []],
    ],
  ],
])("%s", (_name, text, wanted) => expect(inputs(text)).toEqual(wanted));

test("the target by name, without regard to case", () => {
  expect(inputs("FROM a AS One\nCOPY x /\nFROM b\nCOPY y /", "ONE")).toEqual([["COPY", ["x"]]]);
});
