import {
  type AndOr,
  type Assignment as ParsedAssignment,
  type Command,
  type CompoundCommand,
  forEachChild,
  parse,
  type Pipeline,
  type Redirection,
  type Script,
  type Statement,
  type SyntaxNode,
  type Word,
  type WordPart,
} from "unbash";
import {
  type Argument,
  type Assignment,
  type PipelineOf,
  type ShellCommand,
  type ShellProblem,
  type SubstitutionUse,
  UNKNOWN,
  type VariableUse,
} from "./command.ts";
import { argumentsOf, joined } from "./expand.ts";
import { applyOptions, applySet, type ShellOptions } from "./shell-options.ts";
import type { Variables } from "./variables.ts";
import { isShellName, type Wrapped, wrappedBy } from "./wrappers.ts";

/** What is found while the tree is walked. */
export interface Reading {
  readonly text: string;
  readonly commands: ShellCommand[];
  readonly uses: Omit<VariableUse, "isAssigned">[];
  readonly substitutions: SubstitutionUse[];
  readonly bashisms: ShellProblem[];
  readonly assigned: Set<string>;
  readonly problems: ShellProblem[];
  /** Scripts within scripts read so far. */
  scripts: number;
}

/** Where in the script a node stands. Inside escaped backticks, or a script given as an argument with escapes, only the whole has a place. */
type Placing = { readonly base: number } | { readonly start: number; readonly end: number };

/** What surrounds a command. */
interface Around {
  readonly placing: Placing;
  readonly variables: Variables;
  readonly options: ShellOptions;
  readonly pipeline?: PipelineOf | undefined;
  readonly stage?: number;
  readonly before?: ShellCommand["before"];
  readonly after?: ShellCommand["after"];
  readonly isCondition: boolean;
  readonly isConditional: boolean;
  readonly isSubshell: boolean;
  readonly isSubstitution: boolean;
  readonly isBackground: boolean;
  readonly via?: ShellCommand;
  readonly redirects: readonly Redirection[];
  readonly depth: number;
}

const MAX_SCRIPTS = 256;
const MAX_DEPTH = 200;

const placeOf = (placing: Placing, pos: number, end: number): { readonly start: number; readonly end: number } =>
  "base" in placing ? { start: placing.base + pos, end: placing.base + end } : placing;

const NAME = /^[A-Za-z_]\w*$/;

/** Variables and substitutions within a word. */
const noteWord = (
  reading: Reading,
  parts: readonly WordPart[] | undefined,
  around: Around,
  command: string | undefined,
  quoted = false,
): void => {
  for (const part of parts ?? []) {
    if (part.type === "DoubleQuoted" || part.type === "LocaleString") noteWord(reading, part.parts, around, command, true);
    else if (part.type === "SimpleExpansion" || part.type === "ParameterExpansion") {
      const name = part.type === "SimpleExpansion" ? part.text.slice(1) : part.parameter;
      const operation = part.type === "ParameterExpansion" ? part.operation : undefined;
      const isPlain = part.type === "SimpleExpansion" || (part.prefix === undefined && part.index === undefined);
      const hasDefault = operation?.type === "Default";
      if (operation?.type === "Default" && operation.operator.endsWith("=")) reading.assigned.add(name);
      if (operation?.type === "Replace" || operation?.type === "Slice" || operation?.type === "CaseModification")
        reading.bashisms.push({ message: `\${${name}${operation.operator}...}`, at: placeOf(around.placing, part.pos, part.end).start });
      if (NAME.test(name) && isPlain)
        reading.uses.push({
          name,
          isSplit: !quoted && command !== undefined,
          hasDefault,
          text: operation === undefined ? around.variables.get(name) : UNKNOWN,
          command,
          ...placeOf(around.placing, part.pos, part.end),
        });
      if (operation?.type === "Default") noteWord(reading, operation.operand.parts, around, undefined, true);
    } else if (part.type === "CommandExpansion" || part.type === "ProcessSubstitution") {
      if (part.type === "CommandExpansion" && !quoted && command !== undefined)
        reading.substitutions.push({ command, ...placeOf(around.placing, part.pos, part.end) });
      if (part.type === "ProcessSubstitution")
        reading.bashisms.push({ message: `${part.operator}(...)`, at: placeOf(around.placing, part.pos, part.end).start });
      if (part.script !== undefined) {
        const placing: Placing = part.script.source === undefined ? around.placing : placeOf(around.placing, part.pos, part.end);
        const inner = { ...apart(around), placing, isSubstitution: true, redirects: [], isCondition: false };
        walkAll(reading, part.script.commands, inner);
      }
    }
  }
};

/** A shell of its own: what changes in it does not come back. */
const apart = (around: Around): Around => ({
  ...around,
  variables: around.variables.copy(),
  options: { ...around.options },
  isSubshell: true,
  isBackground: false,
  pipeline: undefined,
  stage: 0,
  before: undefined,
  after: undefined,
});

const inBranch = (around: Around): Around => ({
  ...around,
  variables: around.variables.copy(),
  isConditional: true,
  before: undefined,
  after: undefined,
});

/** Runs each way on a copy of the variables and keeps what all agree on. */
const branches = (around: Around, ways: readonly ((way: Around) => void)[]): void => {
  const copies = ways.map((way) => {
    const copy = inBranch(around);
    way(copy);
    return copy.variables;
  });
  around.variables.forget(copies);
};

const noteRedirects = (reading: Reading, redirects: readonly Redirection[], around: Around): void => {
  for (const one of redirects) {
    if (one.type === "HereDoc") noteWord(reading, one.delimiter?.quoted === true ? [] : one.body.parts, around, undefined);
    else {
      noteWord(reading, one.target?.parts, around, undefined);
      if (one.type === "HereString") reading.bashisms.push({ message: "<<<", at: placeOf(around.placing, one.pos, one.end).start });
      else if (one.operator.startsWith("&>"))
        reading.bashisms.push({ message: one.operator, at: placeOf(around.placing, one.pos, one.end).start });
    }
  }
};

const wordArguments = (word: Word, around: Around): readonly Argument[] => {
  const { start, end } = placeOf(around.placing, word.pos, word.end);
  return argumentsOf(word, around.variables, start, end);
};

const assignmentOf = (reading: Reading, one: ParsedAssignment, around: Around): Assignment => {
  if (one.value.type === "ArrayValue") {
    for (const element of one.value.elements) noteWord(reading, element.parts, around, undefined);
    reading.bashisms.push({ message: `the array ${one.name}=(...)`, at: placeOf(around.placing, one.pos, one.end).start });
  } else noteWord(reading, one.value.parts, around, undefined);
  reading.assigned.add(one.name);
  const plain = one.value.type === "Word" && one.index === undefined ? joined(one.value, around.variables) : UNKNOWN;
  const text = one.append === true ? around.variables.get(one.name) + plain : plain;
  return { name: one.name, text, ...placeOf(around.placing, one.pos, one.end) };
};

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
    depth: around.depth + 1,
  };
  walkAll(reading, parse(text).commands, inner);
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

function addCommand(reading: Reading, command: ShellCommand, around: Around): void {
  reading.commands.push(command);
  if (around.depth > MAX_DEPTH) return;
  const wrapped = wrappedBy(command.name, command.args);
  if (wrapped !== undefined) walkWrapped(reading, wrapped, command, { ...around, depth: around.depth + 1 });
}

const walkCommand = (reading: Reading, node: Command, around: Around): void => {
  const redirections = [...node.redirects, ...around.redirects];
  noteRedirects(reading, node.redirects, around);
  const assignments = node.prefix.filter((one) => one.type === "Assignment").map((one) => assignmentOf(reading, one, around));
  const [program, ...more] = node.name === undefined ? [] : wordArguments(node.name, around);
  const name = program === undefined ? "" : programName(program.text);
  noteWord(reading, node.name?.parts, around, undefined);
  const args: Argument[] = [...more];
  for (const one of node.args) {
    if (one.type === "Word") {
      noteWord(reading, one.parts, around, name);
      args.push(...wordArguments(one, around));
    } else {
      const { name: key, text, start, end } = assignmentOf(reading, one, around);
      args.push({ text: `${key}=${text}`, raw: one.text, isOne: true, start, end });
    }
  }
  const command: ShellCommand = {
    name,
    program,
    args,
    assignments,
    redirects: redirections.map((one) => ({
      operator: one.operator,
      target: one.type === "Redirect" && one.target !== undefined ? wordArguments(one.target, around)[0] : undefined,
    })),
    pipeline: around.pipeline,
    stage: around.stage ?? 0,
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

const walkPipeline = (reading: Reading, node: Pipeline, around: Around): void => {
  const isNegated = node.prefixes.some((prefix) => prefix.type === "Negation");
  const place = placeOf(around.placing, node.pos, node.end);
  const pipeline =
    node.commands.length < 2 ? around.pipeline : { length: node.commands.length, pipefail: around.options.pipefail, ...place };
  for (const [stage, one] of node.commands.entries()) {
    const own = node.commands.length < 2 ? around : { ...apart(around), isSubshell: around.isSubshell };
    walk(reading, one, {
      ...own,
      pipeline,
      stage,
      before: around.before,
      after: around.after,
      isCondition: around.isCondition || isNegated,
    });
  }
};

const walkAndOr = (reading: Reading, node: AndOr, around: Around): void => {
  const { commands, operators } = node;
  for (const [index, one] of commands.entries()) {
    const before = operators[index - 1] ?? around.before;
    const after = operators[index] ?? around.after;
    const isCondition = around.isCondition || operators.indexOf("||", index) >= 0;
    const own: Around = { ...around, before, after, isCondition };
    if (operators.slice(0, index).includes("||")) branches(own, [(way) => walk(reading, one, { ...way, before, after })]);
    else walk(reading, one, own);
  }
};

const walkCompound = (reading: Reading, node: CompoundCommand, around: Around): void => {
  const all = (list: { readonly commands: readonly Statement[] } | undefined, within: Around): void => {
    if (list !== undefined) walkAll(reading, list.commands, within);
  };
  const at = placeOf(around.placing, node.pos, node.end).start;
  const inner: Around = { ...around, pipeline: undefined, stage: 0 };
  switch (node.type) {
    case "Subshell":
      all(node.body, { ...apart(inner), isCondition: around.isCondition });
      return;
    case "BraceGroup":
      all(node.body, inner);
      return;
    case "If": {
      const condition = { ...inner, isCondition: true };
      all(node.clause, condition);
      for (const one of node.elif) all(one.clause, condition);
      branches(
        inner,
        [node.then, ...node.elif.map((one) => one.then), node.else].map((body) => (way: Around) => all(body, way)),
      );
      return;
    }
    case "While":
      branches(inner, [
        (way) => {
          all(node.clause, { ...way, isCondition: true });
          all(node.body, way);
        },
      ]);
      return;
    case "For":
    case "Select":
      for (const word of node.wordlist ?? []) noteWord(reading, word.parts, around, undefined);
      reading.assigned.add(node.name.text);
      if (node.type === "Select") reading.bashisms.push({ message: "select", at });
      branches(inner, [
        (way) => {
          way.variables.set(node.name.text, UNKNOWN);
          all(node.body, way);
        },
      ]);
      return;
    case "ArithmeticFor":
      reading.bashisms.push({ message: "for ((...))", at });
      branches(inner, [(way) => all(node.body, way)]);
      return;
    case "Case":
      noteWord(reading, node.word.parts, around, undefined);
      for (const item of node.items) for (const word of item.pattern) noteWord(reading, word.parts, around, undefined);
      branches(
        inner,
        node.items.map((item) => (way: Around) => all(item.body, way)),
      );
      return;
    case "TestCommand":
      reading.bashisms.push({ message: "[[ ... ]]", at });
      forEachChild(node, (child) => noteAll(reading, child, around));
      return;
    case "ArithmeticCommand":
      reading.bashisms.push({ message: "((...))", at });
  }
};

/** Words below a node that holds no commands of its own. */
function noteAll(reading: Reading, node: SyntaxNode, around: Around): void {
  if (node.type === "Word") noteWord(reading, node.parts, around, undefined, true);
  else forEachChild(node, (child) => noteAll(reading, child, around));
}

function walk(reading: Reading, node: SyntaxNode, around: Around): void {
  if (around.depth > MAX_DEPTH) return;
  const deeper = { ...around, depth: around.depth + 1 };
  switch (node.type) {
    case "Command":
      walkCommand(reading, node, around);
      return;
    case "Pipeline":
      walkPipeline(reading, node, deeper);
      return;
    case "AndOr":
      walkAndOr(reading, node, deeper);
      return;
    case "Redirected":
      noteRedirects(reading, node.redirects, around);
      walk(reading, node.command, { ...deeper, redirects: [...around.redirects, ...node.redirects] });
      return;
    case "Function":
      branches(around, [(way) => walk(reading, node.body, { ...way, depth: deeper.depth, options: { ...around.options } })]);
      return;
    case "Coproc":
      reading.bashisms.push({ message: "coproc", at: placeOf(around.placing, node.pos, node.end).start });
      walk(reading, node.body, { ...apart(deeper), isBackground: true });
      return;
    case "CompoundList":
      walkAll(reading, node.commands, deeper);
      return;
    case "If":
    case "For":
    case "ArithmeticFor":
    case "Select":
    case "While":
    case "Subshell":
    case "BraceGroup":
    case "Case":
    case "TestCommand":
    case "ArithmeticCommand":
      walkCompound(reading, node, deeper);
      return;
    default:
      return;
  }
}

function walkAll(reading: Reading, statements: readonly Statement[], around: Around): void {
  for (const [index, statement] of statements.entries()) {
    const before = index === 0 ? around.before : ";";
    const after = index === statements.length - 1 ? around.after : ";";
    const isLast = index === statements.length - 1;
    // Only the last command of a condition decides.
    const own: Around = {
      ...around,
      before,
      after,
      isBackground: statement.background === true,
      isCondition: around.isCondition && isLast,
    };
    walk(reading, statement.command, statement.background === true ? { ...apart(own), isBackground: true } : own);
  }
}

export const walkScript = (reading: Reading, tree: Script, variables: Variables, options: ShellOptions): void =>
  walkAll(reading, tree.commands, {
    placing: { base: 0 },
    variables,
    options,
    isCondition: false,
    isConditional: false,
    isSubshell: false,
    isSubstitution: false,
    isBackground: false,
    redirects: [],
    depth: 0,
  });
