import { type AndOr, type CompoundCommand, forEachChild, type Pipeline, type Script, type Statement, type SyntaxNode } from "unbash";
import { apart, type Around, branches, MAX_DEPTH, placeOf, type Reading } from "./around.ts";
import { UNKNOWN } from "./command.ts";
import type { ShellOptions } from "./shell-options.ts";
import type { Variables } from "./variables.ts";
import { walkCommand } from "./walk-command.ts";
import { noteAll, noteRedirects, noteWord } from "./words.ts";

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
  const firstOr = operators.indexOf("||");
  const lastOr = operators.lastIndexOf("||");
  for (const [index, one] of commands.entries()) {
    const before = operators[index - 1] ?? around.before;
    const after = operators[index] ?? around.after;
    const isCondition = around.isCondition || lastOr >= index;
    const own: Around = { ...around, before, after, isCondition };
    if (firstOr >= 0 && firstOr < index) branches(own, [(way) => walk(reading, one, { ...way, before, after })]);
    else walk(reading, one, own);
  }
};

const walkCompound = (reading: Reading, node: CompoundCommand, around: Around): void => {
  const all = (list: { readonly commands: readonly Statement[] } | undefined, within: Around): void => {
    if (list !== undefined) walkAll(reading, list.commands, within);
  };
  const at = placeOf(around.placing, node.pos, node.end).start;
  const { pipeline, stage = 0 } = around;
  const inner: Around = { ...around, pipeline: undefined, stage: 0, ...(pipeline === undefined ? {} : { group: { pipeline, stage } }) };
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

export const walkScript = (found: Omit<Reading, "inner">, tree: Script, variables: Variables, options: ShellOptions): void => {
  const reading: Reading = { ...found, inner: (statements, around) => walkAll(reading, statements, around) };
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
};
