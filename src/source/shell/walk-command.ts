import { type Command, parse } from "unbash";
import { apart, type Around, MAX_DEPTH, placeOf, type Placing, type Reading } from "./around.ts";
import { type Argument, type Assignment, type ShellCommand, UNKNOWN } from "./command.ts";
import { applyOptions, applySet, type ShellOptions } from "./shell-options.ts";
import { assignmentOf, bodyOf, noteRedirects, noteWord, wordArguments, writtenAt } from "./words.ts";
import { isShellName, type Wrapped, wrappedBy } from "./wrappers.ts";

const MAX_SCRIPTS = 256;

const MAX_COMMANDS = 2048;
/** Each has the arguments of all behind it. */
const MAX_WRAPPERS = 8;

/** Words of one command that are looked at. */
const MAX_WORDS = 2048;
const TOO_LONG = `a command has more than ${MAX_WORDS} words: the rest is not looked at`;
const TOO_MANY = `the script has more than ${MAX_COMMANDS} commands: the rest is not looked at`;

const DECLARES = new Set(["export", "readonly", "local", "declare", "typeset"]);

const READS = new Set(["read", "mapfile", "readarray", "getopts"]);

/** What a builtin does to the shell's state. */
const applyBuiltin = (reading: Reading, name: string, args: readonly Argument[], around: Around): void => {
  if (name === "set") applySet(around.options, args);
  for (const { text } of args) {
    const [, key = "", value] = /^([A-Za-z_]\w*)(?:=([\s\S]*))?$/.exec(text) ?? [];
    if (key === "") continue;
    if (DECLARES.has(name)) {
      reading.assigned.add(key);
      if (value !== undefined) around.variables.set(key, value);
    } else if (READS.has(name) || name === "unset" || (name === "printf" && args[0]?.text === "-v" && key === args[1]?.text)) {
      if (name !== "unset") reading.assigned.add(key);
      around.variables.set(key, UNKNOWN);
    }
  }
  // A sourced file and eval may set anything that has a name here.
  if (name === "." || name === "source" || name === "eval") reading.assigned.add("*");
};

const programName = (text: string): string => (text.startsWith("\0") ? UNKNOWN : text.slice(text.lastIndexOf("/") + 1));

/** A script given as text: to `sh -c`, or as a here-document. */
const walkText = (
  reading: Reading,
  text: string,
  placing: Placing,
  around: Around,
  via: ShellCommand,
  options: readonly string[],
): void => {
  reading.scripts += 1;
  if (reading.scripts > MAX_SCRIPTS || around.depth > MAX_DEPTH) return;
  const own: ShellOptions = { errexit: false, pipefail: false };
  applyOptions(own, options);
  const inner: Around = {
    ...apart(around),
    placing,
    options: own,
    via,
    redirects: [],
    isSubstitution: around.isSubstitution,
    isCondition: false,
    group: undefined,
    depth: around.depth + 1,
  };
  reading.inner(parse(text).commands, inner);
};

const walkWrapped = (reading: Reading, wrapped: Wrapped, command: ShellCommand, around: Around): void => {
  if (wrapped.kind === "script") {
    const { argument } = wrapped;
    if (argument.text.includes(UNKNOWN)) return;
    const inner = argument.raw.slice(1, -1);
    // Without escapes or variables the script stands in the file letter by letter.
    const isPlain = inner === argument.text && "base" in around.placing;
    const placing: Placing = isPlain ? { base: argument.start + 1 } : { start: argument.start, end: argument.end };
    walkText(reading, argument.text, placing, around, command, wrapped.options);
    return;
  }
  const program = command.args[wrapped.from];
  if (program === undefined) return;
  const assignments = wrapped.assignments.map((one): Assignment => {
    const at = one.text.indexOf("=");
    return { name: one.text.slice(0, at), text: one.text.slice(at + 1), start: one.start, end: one.end };
  });
  const inner: ShellCommand = {
    ...command,
    name: programName(program.text),
    program,
    args: command.args.slice(wrapped.from + 1),
    assignments: [...command.assignments, ...assignments],
    via: command,
    start: program.start,
  };
  addCommand(reading, inner, around);
};

/** How many commands stand before this one and run it: `sudo`, `env` and `nice` in `sudo env A=b nice make`. */
const wrappersOf = (command: ShellCommand): number => {
  let count = 0;
  for (let { via } = command; via !== undefined && count <= MAX_WRAPPERS; { via } = via) count += 1;
  return count;
};

/** Whether there are as many commands as are taken, which is said once. */
const isFull = (reading: Reading, at: number): boolean => {
  if (reading.commands.length < MAX_COMMANDS) return false;
  if (reading.problems.at(-1)?.message !== TOO_MANY) reading.problems.push({ message: TOO_MANY, at, isLimit: true });
  return true;
};

function addCommand(reading: Reading, command: ShellCommand, around: Around): void {
  if (isFull(reading, command.start)) return;
  reading.commands.push(command);
  if (around.depth > MAX_DEPTH || wrappersOf(command) > MAX_WRAPPERS) return;
  const wrapped = wrappedBy(command.name, command.args);
  if (wrapped !== undefined) walkWrapped(reading, wrapped, command, { ...around, depth: around.depth + 1 });
}

export const walkCommand = (reading: Reading, node: Command, around: Around): void => {
  if (isFull(reading, placeOf(around.placing, node.pos, node.end).start)) return;
  const redirections = [...node.redirects, ...around.redirects];
  noteRedirects(reading, node.redirects, around);
  const assignments = node.prefix.filter((one) => one.type === "Assignment").map((one) => assignmentOf(reading, one, around));
  const [program, ...more] = node.name === undefined ? [] : wordArguments(reading, node.name, around);
  const name = program === undefined ? "" : programName(program.text);
  noteWord(reading, node.name?.parts, around, undefined);
  const args: Argument[] = [...more];
  if (node.args.length > MAX_WORDS && reading.problems.at(-1)?.message !== TOO_LONG)
    reading.problems.push({ message: TOO_LONG, at: placeOf(around.placing, node.pos, node.end).start, isLimit: true });
  for (const one of node.args.slice(0, MAX_WORDS)) {
    if (one.type === "Word") {
      noteWord(reading, one.parts, around, name);
      args.push(...wordArguments(reading, one, around));
    } else {
      const { name: key, text, start, end } = assignmentOf(reading, one, around);
      args.push({ text: `${key}=${text}`, raw: writtenAt(reading, one, around), isOne: true, start, end });
    }
  }
  const command: ShellCommand = {
    name,
    program,
    args,
    assignments,
    redirects: redirections.map((one) => ({
      operator: one.operator,
      target: one.type === "Redirect" && one.target !== undefined ? wordArguments(reading, one.target, around)[0] : undefined,
      ...(one.type === "HereDoc" ? { body: bodyOf(one, around) } : {}),
    })),
    pipeline: around.pipeline,
    stage: around.stage ?? 0,
    group: around.group,
    before: around.before,
    after: around.after,
    isCondition: around.isCondition,
    isConditional: around.isConditional,
    isSubshell: around.isSubshell,
    isSubstitution: around.isSubstitution,
    isBackground: around.isBackground,
    errexit: around.options.errexit,
    pipefail: around.options.pipefail,
    via: around.via,
    ...placeOf(around.placing, node.pos, node.end),
  };
  if (program === undefined) for (const { name: key, text } of assignments) around.variables.set(key, text);
  applyBuiltin(reading, name, args, around);
  addCommand(reading, command, around);
  const heredoc = redirections.find((one) => one.type === "HereDoc");
  const readsScript = isShellName(name) && args.every((arg) => arg.text.startsWith("-"));
  if (heredoc !== undefined && readsScript && "base" in around.placing)
    walkText(
      reading,
      heredoc.body.text,
      { base: around.placing.base + heredoc.body.pos },
      around,
      command,
      args.map((arg) => arg.text),
    );
};
