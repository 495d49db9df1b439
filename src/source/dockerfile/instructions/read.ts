import type { Range } from "../../../core/index.ts";
import { splitFlags } from "../lexer/flags.ts";
import type { Heredoc } from "../lexer/heredoc.ts";
import { heredocMark } from "../lexer/heredoc.ts";
import type { LogicalLine } from "../lexer/lines.ts";
import { splitOnce, trim } from "../lexer/split.ts";
import type { Report } from "../diagnostic.ts";
import type { MappedText } from "../mapped-text.ts";
import { withSuggestion } from "../suggest.ts";
import { checkFlags } from "./check-flags.ts";
import type { Context } from "./context.ts";
import { readCopy } from "./copy.ts";
import { readFrom } from "./from.ts";
import { readHealthcheck } from "./healthcheck.ts";
import { type Instruction, type InstructionBase, type OnbuildInstruction, takesHeredocs } from "./instruction.ts";
import { readArg, readKeyValues } from "./key-values.ts";
import { readCommandInstruction, readList, readShell, readValue } from "./plain.ts";
import { readRun } from "./run.ts";

const KEYWORDS =
  "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split(" ");

const readOnbuild = (context: Context): OnbuildInstruction => {
  const { base, report } = context;
  const found = { ...base, keyword: "ONBUILD" } as const;
  if (base.rest.length === 0) {
    report("arguments", "ONBUILD requires at least one argument", base.head);
    return found;
  }
  const [word] = splitOnce(base.rest);
  const keyword = word.text.toUpperCase();
  if (keyword === "ONBUILD") report("onbuild", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", word.range);
  else if (keyword === "MAINTAINER" || keyword === "FROM") report("onbuild", `${keyword} isn't allowed as an ONBUILD trigger`, word.range);
  // What ONBUILD ONBUILD would run is nobody's business, and could go on for ever.
  if (keyword === "ONBUILD") return found;
  return { ...found, trigger: readText(base.rest, context, { comments: [], blankLines: [] }) };
};

const dispatch = (context: Context): Instruction => {
  switch (context.keyword) {
    case "FROM":
      return readFrom(context);
    case "ARG":
      return readArg(context);
    case "ENV":
    case "LABEL":
      return readKeyValues(context, context.keyword);
    case "COPY":
    case "ADD":
      return readCopy(context, context.keyword);
    case "RUN":
      return readRun(context);
    case "CMD":
    case "ENTRYPOINT":
      return readCommandInstruction(context, context.keyword);
    case "SHELL":
      return readShell(context);
    case "HEALTHCHECK":
      return readHealthcheck(context);
    case "EXPOSE":
    case "VOLUME":
      return readList(context, context.keyword);
    case "USER":
    case "WORKDIR":
    case "STOPSIGNAL":
    case "MAINTAINER":
      return readValue(context, context.keyword);
    case "ONBUILD":
      return readOnbuild(context);
    default: {
      const { word } = context.base;
      context.report("unknown-instruction", withSuggestion(`unknown instruction: ${word.text}`, word.text, KEYWORDS, false), word.range);
      return { ...context.base, keyword: "UNKNOWN" };
    }
  }
};

const readText = (
  text: MappedText,
  { escape, report }: Pick<Context, "escape" | "report">,
  around: Pick<InstructionBase, "comments" | "blankLines">,
): Instruction => {
  const trimmed = trim(text);
  const [word, after] = splitOnce(trimmed);
  const { flags, rest } = after === undefined ? { flags: [], rest: trimmed.slice(trimmed.length) } : splitFlags(after, escape);
  const { range } = trimmed;
  const base = { word, range, head: range, flags, rest: trim(rest), heredocs: [], ...around };
  const context: Context = { base, keyword: word.text.toUpperCase(), escape, report };
  const instruction = dispatch(context);
  // HEALTHCHECK NONE is accepted before its flags are looked at.
  if (instruction.keyword !== "HEALTHCHECK" || instruction.type !== "NONE") checkFlags(context);
  return instruction;
};

/** Reads one logical line as an instruction, here-documents yet to come. Everything wrong with it is reported; something always comes back. */
export const readInstruction = (line: LogicalLine, escape: number, report: Report): Instruction =>
  readText(line.text, { escape, report }, { comments: line.comments, blankLines: line.blankLines });

/** The instruction whose arguments open here-documents: itself, or what ONBUILD triggers. */
export const heredocTaker = (instruction: Instruction): Instruction | undefined => {
  const taker = instruction.keyword === "ONBUILD" ? instruction.trigger : instruction;
  return taker !== undefined && takesHeredocs(taker) ? taker : undefined;
};

const attach = (instruction: Instruction, heredocs: readonly Heredoc[], range: Range): Instruction => {
  const base = { heredocs, range };
  switch (instruction.keyword) {
    case "RUN": {
      const { command } = instruction;
      const [first] = heredocs;
      const whole = first !== undefined && command.form === "shell" && heredocMark(command.text.text) !== undefined;
      return { ...instruction, ...base, ...(whole ? { script: first } : {}) };
    }
    case "COPY":
    case "ADD": {
      // Two of one name are one file to BuildKit: the last.
      const byName = new Map(heredocs.map((heredoc) => [heredoc.name, heredoc]));
      const sources = instruction.sources.map((source) => {
        const heredoc = source.kind === "heredoc" ? byName.get(heredocMark(source.word.text)?.name ?? "") : undefined;
        return source.kind === "path" || heredoc === undefined ? source : { ...source, heredoc };
      });
      return { ...instruction, ...base, sources };
    }
    default:
      return instruction;
  }
};

/** The instruction with its here-documents. `range` reaches to the end of the last of them. */
export const withHeredocs = (instruction: Instruction, heredocs: readonly Heredoc[], range: Range): Instruction => {
  if (instruction.keyword !== "ONBUILD") return attach(instruction, heredocs, range);
  const { trigger } = instruction;
  if (trigger === undefined) return { ...instruction, range };
  return { ...instruction, range, trigger: attach(trigger, heredocs, { start: trigger.range.start, end: range.end }) };
};
