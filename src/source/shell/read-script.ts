import { parse, type Script } from "unbash";
import { type ShellProblem, type ShellScript, UNKNOWN, type VariableUse } from "./command.ts";
import { applyOptions, type ShellOptions } from "./shell-options.ts";
import { type Outside, Variables } from "./variables.ts";
import type { Reading } from "./around.ts";
import { walkScript } from "./walk.ts";

export interface ReadOptions {
  /** The words the shell is started with: `/bin/bash -o pipefail -c`. Default: `/bin/sh -c`. */
  readonly shell?: readonly string[];
  /** Variables from outside: ARG and ENV. Default: none is known. */
  readonly outside?: Outside;
  /** Stretches that another puts text into before the shell sees it, as a workflow's templates: letters of a word whose value is not known. Default: none. */
  readonly opaque?: readonly Stretch[];
}

/** Offsets in the script's text. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

const MAX_SCRIPT = 131_072;
const MAX_NESTED = 64;
/** Characters within substitutions, counted once for each that they stand in. */
const MAX_READ_AGAIN = 1_000_000;
const MAX_HEREDOCS = 200;
const MAX_SUBSTITUTIONS = 2000;

/**
 * Deepest substitution within substitutions, of commands, processes or variables: the parser reads each level again, and looks for its end past every plain
 * parenthesis in it. Quotes do not matter for an upper bound.
 */
const nestedSubstitutions = (text: string): { readonly deepest: number; readonly readAgain: number } => {
  let open = 0;
  let openBraces = 0;
  let deepest = 0;
  let readAgain = 0;
  let at = 0;
  for (const { 0: found, index } of text.matchAll(/[$<>]\(|\$\{|[()}]/g)) {
    // Outside of substitutions parentheses are read once.
    if (found === "(" && open + openBraces === 0) continue;
    readAgain += (index - at) * (open + openBraces);
    at = index;
    if (found === ")") open = Math.max(0, open - 1);
    else if (found === "}") openBraces = Math.max(0, openBraces - 1);
    else if (found === "${") openBraces += 1;
    else open += 1;
    deepest = Math.max(deepest, open + openBraces);
  }
  return { deepest, readAgain: readAgain + (text.length - at) * (open + openBraces) };
};

/** Substitutions in all: a script has some dozens, and each is a script of its own to read. */
const substitutions = (text: string): number => (text.match(/[$<>]\(|`/g) ?? []).length;

/** Here-documents at most: for each the parser looks through those that wait for their text. */
const heredocs = (text: string): number => (text.includes("<<") ? text.split("<<").length - 1 : 0);

const unread = (text: string, problem: ShellProblem): ShellScript => ({
  text,
  commands: [],
  uses: [],
  substitutions: [],
  bashisms: [],
  problems: [problem],
});

/** The text with UNKNOWN for each letter of the stretches: the parser takes it for a letter like others. */
export const masked = (text: string, opaque: readonly Stretch[]): string => {
  if (opaque.length === 0) return text;
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of opaque) {
    parts.push(text.slice(at, start), UNKNOWN.repeat(end - start));
    at = end;
  }
  return parts.join("") + text.slice(at);
};

/** Reads a script for sh, bash, dash, zsh or ash. Never throws: what cannot be read says so in `problems`. */
export const readScript = (
  text: string,
  { shell = ["/bin/sh", "-c"], outside = () => undefined, opaque = [] }: ReadOptions = {},
): ShellScript => {
  if (text.length > MAX_SCRIPT)
    return unread(text, { message: `the script is longer than ${MAX_SCRIPT} characters`, at: 0, isLimit: true });
  const { deepest, readAgain } = nestedSubstitutions(text);
  if (deepest > MAX_NESTED)
    return unread(text, { message: `substitutions are nested more than ${MAX_NESTED} deep`, at: text.indexOf("$("), isLimit: true });
  if (readAgain > MAX_READ_AGAIN)
    return unread(text, {
      message: `there are more than ${MAX_READ_AGAIN} characters in nested substitutions`,
      at: Math.max(0, text.search(/[$<>]\(|\$\{/)),
      isLimit: true,
    });
  if (heredocs(text) > MAX_HEREDOCS)
    return unread(text, { message: `there are more than ${MAX_HEREDOCS} here-documents`, at: text.indexOf("<<"), isLimit: true });
  if (substitutions(text) > MAX_SUBSTITUTIONS)
    return unread(text, { message: `there are more than ${MAX_SUBSTITUTIONS} substitutions`, at: text.search(/[$<>]\(|`/), isLimit: true });
  // A file with Windows line ends is meant as one without; the places stay as they are.
  const plain = masked(text, opaque);
  const unixLines = plain.includes("\r\n") ? plain.replaceAll("\\\r\n", " \\\n").replaceAll("\r\n", " \n") : plain;
  const options: ShellOptions = { errexit: false, pipefail: false };
  applyOptions(options, shell.slice(1));
  const problems: ShellProblem[] = [];
  const reading: Omit<Reading, "inner"> = {
    text,
    commands: [],
    uses: [],
    substitutions: [],
    bashisms: [],
    assigned: new Set(),
    problems,
    scripts: 0,
  };
  try {
    const tree: Script & { readonly errors?: readonly { readonly message: string; readonly pos: number }[] | undefined } = parse(unixLines);
    for (const { message, pos } of tree.errors ?? []) problems.push({ message, at: pos });
    walkScript(reading, tree, new Variables(outside), options);
  } catch (error) {
    // The parser is another's, and recursion has its end: a hostile script must not take the check down.
    if (!(error instanceof Error)) throw error;
    problems.push({ message: `the script cannot be read: ${error.message}`, at: 0 });
  }
  const uses = reading.uses.map((use): VariableUse => ({
    ...use,
    isAssigned: reading.assigned.has("*") || reading.assigned.has(use.name),
  }));
  return { text, commands: reading.commands, uses, substitutions: reading.substitutions, bashisms: reading.bashisms, problems };
};
