import { entries, type ScalarNode, type Span, type YamlNode } from "../yaml/index.ts";
import { type Expression, parseExpression } from "./expression/index.ts";
import { spanWithin } from "./text-offsets.ts";

/** One `${{ ... }}` within a scalar. */
export interface Template {
  readonly node: ScalarNode;
  /** Offsets of the fence in the scalar's value: from `$` to behind the last brace. */
  readonly start: number;
  readonly end: number;
  /** What stands between the braces. */
  readonly body: string;
  /** Undefined where the body is no expression. */
  readonly expression: Expression | undefined;
}

/** The end of the fence that begins at `start`: braces within texts do not close it. */
const closing = (text: string, start: number): number => {
  let quoted = false;
  for (let at = start + 3; at < text.length; at += 1) {
    if (text[at] === "'") quoted = !quoted;
    else if (!quoted && text[at] === "}" && text[at + 1] === "}") return at + 2;
  }
  return -1;
};

/** Where templates stand in a text. */
export const fences = (text: string): readonly { readonly start: number; readonly end: number }[] => {
  const found: { readonly start: number; readonly end: number }[] = [];
  for (let start = text.indexOf("${{"); start >= 0;) {
    const end = closing(text, start);
    if (end < 0) break;
    found.push({ start, end });
    start = text.indexOf("${{", end);
  }
  return found;
};

/** A text with every template replaced by a letter. */
export const withoutTemplates = (text: string): string => {
  const found = fences(text);
  return [...found.map(({ start }, index) => `${text.slice(found[index - 1]?.end ?? 0, start)}x`), text.slice(found.at(-1)?.end ?? 0)].join(
    "",
  );
};

const read = (node: ScalarNode): readonly Template[] =>
  fences(node.text).map(({ start, end }) => {
    const body = node.text.slice(start + 3, end - 2);
    return { node, start, end, body, expression: parseExpression(body) };
  });

const known = new WeakMap<ScalarNode, readonly Template[]>();

/** The templates of a scalar; none in anything else. */
export const templatesOf = (node: YamlNode | undefined): readonly Template[] => {
  if (node?.kind !== "scalar" || !node.text.includes("${{")) return [];
  let templates = known.get(node);
  if (templates === undefined) {
    templates = read(node);
    known.set(node, templates);
  }
  return templates;
};

/** The templates of all scalars of a tree. */
export function* templatesIn(node: YamlNode | undefined): Generator<Template> {
  if (node === undefined) return;
  if (node.kind === "scalar") yield* templatesOf(node);
  else if (node.kind === "sequence") for (const item of node.items) yield* templatesIn(item);
  else for (const [, entry] of entries(node)) yield* templatesIn(entry.value);
}

/** Where an expression of the template stands in the file; the whole fence without one. */
export const templateSpan = ({ node, start, end }: Template, part?: { readonly start: number; readonly end: number }): Span =>
  part === undefined ? spanWithin(node, start, end) : spanWithin(node, start + 3 + part.start, start + 3 + part.end);

/** The one template that a scalar consists of, white space around it aside. */
export const wholeTemplate = (node: YamlNode | undefined): Template | undefined => {
  const [first, ...rest] = templatesOf(node);
  if (first === undefined || rest.length > 0) return undefined;
  const { text } = first.node;
  return text.slice(0, first.start).trim() === "" && text.slice(first.end).trim() === "" ? first : undefined;
};

/** A condition, which may stand with or without a fence. */
export interface Condition {
  readonly node: ScalarNode;
  readonly expression: Expression | undefined;
  /** What stands around the fence makes a text of it, and every text is true. */
  readonly alwaysTrue: boolean;
  readonly spanOf: (part?: { readonly start: number; readonly end: number }) => Span;
}

/** Reads `if:`. A fence with anything beside it, be it a line end, is a text, not a condition. */
export const readCondition = (node: YamlNode | undefined): Condition | undefined => {
  if (node?.kind !== "scalar" || node.value === null) return undefined;
  const templates = templatesOf(node);
  const [first] = templates;
  if (first === undefined)
    return {
      node,
      expression: parseExpression(node.text),
      alwaysTrue: false,
      spanOf: (part) => (part === undefined ? spanWithin(node, 0, node.text.length) : spanWithin(node, part.start, part.end)),
    };
  return {
    node,
    expression: templates.length === 1 ? first.expression : undefined,
    alwaysTrue: first.end - first.start < node.text.length,
    spanOf: (part) => templateSpan(first, part),
  };
};
