import { type Assignment as ParsedAssignment, forEachChild, type Redirection, type SyntaxNode, type Word, type WordPart } from "unbash";
import { type Around, apart, placeOf, type Placing, type Reading } from "./around.ts";
import { type Argument, type Assignment, UNKNOWN } from "./command.ts";
import { argumentsOf, joined } from "./expand.ts";

const NAME = /^[A-Za-z_]\w*$/;

/** Variables and substitutions within a word. */
export const noteWord = (
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
        const inner = { ...apart(around), placing, isSubstitution: true, redirects: [], isCondition: false, group: undefined };
        reading.inner(part.script.commands, inner);
      }
    }
  }
};

/** Words below a node that holds no commands of its own. */
export function noteAll(reading: Reading, node: SyntaxNode, around: Around): void {
  if (node.type === "Word") noteWord(reading, node.parts, around, undefined, true);
  else forEachChild(node, (child) => noteAll(reading, child, around));
}

export const noteRedirects = (reading: Reading, redirects: readonly Redirection[], around: Around): void => {
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

/** A node's letters in the user's file, where it stands there letter by letter. */
export const writtenAt = (
  reading: Reading,
  node: { readonly pos: number; readonly end: number; readonly text: string },
  around: Around,
): string => ("base" in around.placing ? reading.text.slice(around.placing.base + node.pos, around.placing.base + node.end) : node.text);

export const wordArguments = (reading: Reading, word: Word, around: Around): readonly Argument[] =>
  argumentsOf(word, around.variables, { raw: writtenAt(reading, word, around), ...placeOf(around.placing, word.pos, word.end) });

/** What a here-document hands over. */
export const bodyOf = ({ body, delimiter }: Extract<Redirection, { readonly type: "HereDoc" }>, around: Around): string =>
  delimiter?.quoted === true ? body.text.replace(/\0+/g, UNKNOWN) : joined({ value: body.text, parts: body.parts }, around.variables);

export const assignmentOf = (reading: Reading, one: ParsedAssignment, around: Around): Assignment => {
  if (one.value.type === "ArrayValue") {
    for (const element of one.value.elements) noteWord(reading, element.parts, around, undefined);
    reading.bashisms.push({ message: `the array ${one.name}=(...)`, at: placeOf(around.placing, one.pos, one.end).start });
  } else noteWord(reading, one.value.parts, around, undefined);
  reading.assigned.add(one.name);
  const plain = one.value.type === "Word" && one.index === undefined ? joined(one.value, around.variables) : UNKNOWN;
  const text = one.append === true ? around.variables.get(one.name) + plain : plain;
  return { name: one.name, text, ...placeOf(around.placing, one.pos, one.end) };
};
