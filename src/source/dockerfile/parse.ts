import type { SourceText } from "../../core/index.ts";
import { BACKSLASH } from "./characters.ts";
import { type Diagnostic, type Report, reportTo } from "./diagnostic.ts";
import type { Dockerfile } from "./dockerfile.ts";
import type { Instruction } from "./instructions/instruction.ts";
import { heredocTaker, readInstruction, withHeredocs } from "./instructions/read.ts";
import { readHeredocs } from "./lexer/heredoc.ts";
import { LogicalLineReader } from "./lexer/lines.ts";
import { DOCKERFILE_LIMITS, tooLong, tooMuch } from "./limits.ts";
import { toStages } from "./stages.ts";

const readInstructions = (lines: LogicalLineReader, source: SourceText, report: Report): readonly Instruction[] => {
  const instructions: Instruction[] = [];
  // One more than are taken shows that there are too many; a hostile file may have a hundred thousand.
  for (let line = lines.next(); line !== undefined && instructions.length <= DOCKERFILE_LIMITS.instructions; line = lines.next()) {
    const instruction = readInstruction(line, lines.escape, report);
    const heredocs = heredocTaker(instruction) === undefined ? [] : readHeredocs(line.text, lines);
    if (heredocs.length === 0) {
      instructions.push(instruction);
      continue;
    }
    const last = heredocs.at(-1);
    const end = last?.terminator?.end.offset ?? last?.content.range.end.offset ?? line.end;
    if (last?.terminator === undefined) report("heredoc-unterminated", "unterminated heredoc", instruction.head);
    instructions.push(withHeredocs(instruction, heredocs, source.range(instruction.range.start.offset, Math.max(end, line.end))));
  }
  return instructions;
};

const refusedFile = (source: SourceText, refused: string): Dockerfile => ({
  source,
  refused,
  directives: [],
  escape: BACKSLASH,
  globalArgs: [],
  stages: [],
  instructions: [],
  comments: [],
  diagnostics: [],
});

/**
 * Reads a Dockerfile by BuildKit's grammar. Never throws, whatever the text; takes time linear in its length. A file over DOCKERFILE_LIMITS is `refused`, and
 * nothing of it is there.
 * Source: frontend/dockerfile/{parser,instructions} of moby/buildkit (0.33), https://docs.docker.com/reference/dockerfile/
 */
export const parseDockerfile = (source: SourceText): Dockerfile => {
  const long = tooLong(source);
  if (long !== undefined) return refusedFile(source, long);
  const diagnostics: Diagnostic[] = [];
  const report = reportTo(diagnostics);
  const lines = new LogicalLineReader(source, report);
  const instructions = readInstructions(lines, source, report);
  if (instructions.length === 0)
    report(
      "empty-file",
      source.text === "" ? "the Dockerfile cannot be empty" : "file with no instructions",
      source.range(0, source.text.length),
    );
  const { globalArgs, stages } = toStages(source, instructions, report);
  const much = tooMuch(instructions.length, stages.length);
  if (much !== undefined) return refusedFile(source, much);
  return {
    source,
    directives: lines.directives.found,
    escape: lines.escape,
    globalArgs,
    stages,
    instructions,
    comments: lines.comments,
    diagnostics: diagnostics.toSorted((a, b) => a.range.start.offset - b.range.start.offset),
  };
};
