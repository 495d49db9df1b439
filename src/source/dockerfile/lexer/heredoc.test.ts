import { describe, expect, test } from "vitest";
import { SourceText } from "../../../core/index.ts";
import type { Instruction } from "../instructions/instruction.ts";
import { parseDockerfile } from "../parse.ts";
import { heredocMark } from "./heredoc.ts";

const parse = (text: string) => parseDockerfile(new SourceText("Dockerfile", text));
const only = (text: string): Instruction => {
  const [instruction] = parse(text).instructions;
  if (instruction === undefined) throw new Error("nothing read");
  return instruction;
};

test.each([
  ["<<EOF", { name: "EOF", fileDescriptor: 0, expand: true, chomp: false }],
  ["3<<-EOF", { name: "EOF", fileDescriptor: 3, expand: true, chomp: true }],
  ["<<'a b'", { name: "a b", fileDescriptor: 0, expand: false, chomp: false }],
  ["<<eo'f'", { name: "eof", fileDescriptor: 0, expand: false, chomp: false }],
  ["<<eo\\'f", { name: "eo'f", fileDescriptor: 0, expand: true, chomp: false }],
  ["<<", undefined],
  ["<<<EOF", undefined],
  ["a<<EOF", undefined],
  ["<<'EOF", undefined],
])("the mark %s", (word, wanted) => expect(heredocMark(word)).toEqual(wanted));

describe("where they are taken", () => {
  test.each(["RUN <<E\nx\nE", "COPY <<E /a\nx\nE", "add <<E /a\nx\nE"])("%s", (text) => {
    expect(only(text).heredocs.map((heredoc) => heredoc.content.text)).toEqual(["x\n"]);
  });
  test("inside ONBUILD they are the trigger's", () => {
    const { instructions } = parse("ONBUILD RUN <<E\nx\nE\nUSER a");
    const [onbuild] = instructions;
    if (onbuild?.keyword !== "ONBUILD") throw new Error("no ONBUILD");
    expect(onbuild.trigger?.heredocs.map((heredoc) => heredoc.content.text)).toEqual(["x\n"]);
    expect(onbuild.range.end.line).toBe(3);
    expect(instructions).toHaveLength(2);
  });
  test.each([
    "USER <<E\nUSER b",
    "CMD <<E\nUSER b",
    'RUN ["<<E"]\nUSER b',
    "RUN echo a<<E\nUSER b",
    'RUN "<<E"\nUSER b',
    "ONBUILD USER <<E\nUSER b",
  ])("not in %j", (text) =>
    expect(
      parse(text)
        .instructions.map(({ keyword }) => keyword)
        .at(-1),
    ).toBe("USER"),
  );
});

test("several, of which one looks like the other's end", () => {
  const copy = only("COPY <<X <<-Y /d\nY\nX\n\tX\n\tY\n");
  expect(copy.heredocs.map(({ content, body }) => [content.text, body.text])).toEqual([
    ["Y\n", "Y\n"],
    ["\tX\n", "X\n"],
  ]);
  if (copy.keyword !== "COPY") throw new Error("no COPY");
  expect(copy.sources.map((source) => source.kind === "heredoc" && source.heredoc?.content.text)).toEqual(["Y\n", "\tX\n"]);
});

test("after a continuation, in a chain, before more of the command", () => {
  const run = only("RUN ls && \\\n  cat <<EOF > x && \\\n  tac x\nfrom here\nEOF\n");
  expect(run.heredocs.map((heredoc) => heredoc.content.text)).toEqual(["from here\n"]);
  if (run.keyword !== "RUN") throw new Error("no RUN");
  expect(run.script).toBeUndefined();
  expect(run.head.end.line).toBe(3);
  expect(run.range.end.line).toBe(5);
});

test("a command that is nothing but a here-document is a script", () => {
  const run = only("RUN --network=none <<-'E'\n\tset -e\n\tnpm ci\nE");
  if (run.keyword !== "RUN") throw new Error("no RUN");
  expect(run.script?.body.text).toBe("set -e\nnpm ci\n");
  // `npm` of the body, in the user's file.
  expect(run.script?.body.rangeOf(7, 10)).toMatchObject({ start: { line: 3, column: 2 }, end: { line: 3, column: 5 } });
});

test("carriage returns: the end is found, the body keeps them", () => {
  expect(only("RUN <<E\r\na\r\nE\r\nUSER b").heredocs[0]?.content.text).toBe("a\r\n");
});

test("one that never ends takes the rest of the file, and is an error", () => {
  const { instructions, diagnostics } = parse("FROM a\nRUN <<E\nUSER b\n");
  expect(instructions).toHaveLength(2);
  expect(instructions[1]?.heredocs[0]).not.toHaveProperty("terminator");
  expect(diagnostics).toMatchObject([{ code: "heredoc-unterminated", message: "unterminated heredoc", range: { start: { line: 2 } } }]);
});
