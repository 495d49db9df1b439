import {
  type Command as ParsedCommand,
  forEachChild,
  parse,
  type Pipeline,
  type Redirection,
  type SyntaxNode,
  type Word as ParsedWord,
  type WordPart,
} from "unbash";
import { withoutTemplates } from "../template.ts";
import type { Command, Word } from "./command.ts";

const isFixed = (part: WordPart): boolean => {
  if (part.type === "DoubleQuoted" || part.type === "LocaleString") return part.parts.every(isFixed);
  return part.type === "Literal" || part.type === "SingleQuoted" || part.type === "AnsiCQuoted" || part.type === "Glob";
};

interface Reading {
  readonly script: string;
  readonly found: Command[];
  depth: number;
}

/** The parser reads the inside of substitutions when asked, one call of the stack a level. Nobody writes so many. */
const MAX_DEPTH = 300;

const wordOf = ({ script }: Reading, word: ParsedWord): Word => {
  const raw = script.slice(word.pos, word.end);
  return {
    raw,
    value: raw.includes("${{") ? raw.replace(/^(["'])(.*)\1$/s, "$2") : word.value,
    isLiteral: word.parts?.every(isFixed) ?? true,
    start: word.pos,
    end: word.end,
  };
};

const redirectsOf = (reading: Reading, redirects: readonly Redirection[]): Command["redirects"] =>
  redirects.flatMap((one) =>
    one.type === "Redirect" && one.target !== undefined ? [{ operator: one.operator, target: wordOf(reading, one.target) }] : [],
  );

const hereDocument = (redirects: readonly Redirection[]): string | undefined => {
  const found = redirects.find((one) => one.type === "HereDoc");
  return found === undefined || found.delimiter?.quoted === true ? undefined : found.body.text;
};

const commandOf = (
  reading: Reading,
  node: ParsedCommand,
  outer: readonly Redirection[],
  from: Command | undefined,
): Command | undefined => {
  if (node.name === undefined) return undefined;
  const { value } = wordOf(reading, node.name);
  const redirects = [...node.redirects, ...outer];
  return {
    name: value.slice(value.lastIndexOf("/") + 1),
    args: node.args.flatMap((one) =>
      one.type === "Word" ? [wordOf(reading, one)] : [{ raw: one.text, value: one.text, isLiteral: false, start: one.pos, end: one.end }],
    ),
    redirects: redirectsOf(reading, redirects),
    hereDocument: hereDocument(redirects),
    from,
    into: undefined,
    start: node.pos,
    end: node.end,
  };
};

const walkPipeline = (reading: Reading, { commands }: Pipeline, outer: readonly Redirection[]): void => {
  let from: Command | undefined;
  for (const one of commands) {
    const before = reading.found.length;
    walk(reading, one, outer, from);
    const first = reading.found[before];
    // The command before learns where its output goes only now.
    if (from !== undefined && first !== undefined) Object.assign(from, { into: first });
    from = one.type === "Command" ? first : reading.found.at(-1);
  }
};

function walk(reading: Reading, node: SyntaxNode, outer: readonly Redirection[], from?: Command): void {
  if (node.type === "Pipeline") {
    walkPipeline(reading, node, outer);
    return;
  }
  if (node.type === "Command") {
    const command = commandOf(reading, node, outer, from);
    if (command !== undefined) reading.found.push(command);
  }
  // Within escaped backticks offsets count in a text of their own.
  if ((node.type === "Script" && node.source !== undefined) || reading.depth > MAX_DEPTH) return;
  const redirects = node.type === "Redirected" ? [...outer, ...node.redirects] : node.type === "CommandExpansion" ? [] : outer;
  reading.depth += 1;
  forEachChild(node, (child) => {
    walk(reading, child, redirects, child.type === "Command" ? from : undefined);
  });
  reading.depth -= 1;
}

const MAX_SCRIPT = 256 * 1024;

/** The simple commands of a script for sh, bash or zsh, in order, those within substitutions behind the command they are in. */
export const posixCommands = (script: string): readonly Command[] => {
  if (script.length > MAX_SCRIPT) return [];
  const reading: Reading = { script, found: [], depth: 0 };
  walk(reading, parse(withoutTemplates(script)), []);
  return reading.found;
};

/** What is wrong with the script's syntax, where its parser is sure. */
export const posixProblems = (script: string): readonly { readonly message: string; readonly offset: number }[] =>
  script.length > MAX_SCRIPT ? [] : (parse(withoutTemplates(script)).errors ?? []).map(({ message, pos }) => ({ message, offset: pos }));
