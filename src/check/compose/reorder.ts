import type { Edit } from "../../core/index.ts";
import type { Entry, MappingNode, SequenceNode, Span } from "../../source/index.ts";

/** The entries written in a mapping itself, in their order there; what a merge key brings in stands elsewhere. */
export const ownEntries = (node: MappingNode): readonly (readonly [string, Entry])[] =>
  [...node.entries]
    .filter(([, { key }]) => key.source === node.source && key.start >= node.start && key.end <= node.end)
    .toSorted(([, a], [, b]) => a.key.start - b.key.start);

/** The places of what can change places in a collection. */
export const slotsOf = (node: MappingNode | SequenceNode): readonly Span[] =>
  node.kind === "sequence"
    ? node.items
    : ownEntries(node).map(([, { key, value }]) => ({ ...key, end: value.source === key.source ? Math.max(key.end, value.end) : key.end }));

/** Anchors, aliases and merge keys: what is moved past the one that it refers to means something else. */
const TIED = /(?:^|[\s[{,])(?:[&*][A-Za-z0-9_-]+|<<\s*:)/m;

interface Piece {
  readonly start: number;
  /** Without the line's end. */
  readonly end: number;
}

/** The whole lines of each slot, with the comments above it; undefined when slots share lines with anything else. */
const piecesOf = (slots: readonly Span[], text: string): readonly Piece[] | undefined => {
  const pieces: Piece[] = [];
  for (const slot of slots) {
    const line = text.lastIndexOf("\n", slot.start - 1) + 1;
    const newline = text.indexOf("\n", slot.end);
    const end = newline < 0 ? text.length : newline;
    const rest = text.slice(slot.end, end).trim();
    if (!/^[ \t]*(?:- *)?$/.test(text.slice(line, slot.start)) || !(rest === "" || rest.startsWith("#"))) return undefined;
    const indent = text.slice(line, slot.end).search(/[^ \t]/);
    const floor = pieces.at(-1)?.end ?? -1;
    let start = line;
    for (;;) {
      const above = text.lastIndexOf("\n", start - 2) + 1;
      // Comments of another depth belong to what is above.
      if (start === 0 || above <= floor || text.slice(above, start).search(/[^ \t]/) !== indent || text[above + indent] !== "#") break;
      start = above;
    }
    // A comment at the top of the file is about the file.
    pieces.push({ start: pieces.length === 0 && line === slot.start ? line : start, end: text[end - 1] === "\r" ? end - 1 : end });
  }
  return pieces.every((piece, index) => index === 0 || piece.start > (pieces[index - 1]?.end ?? 0)) ? pieces : undefined;
};

/**
 * The edit that brings the slots into an order, given by their indexes; each moves with the comments above it, blank lines stay where they are.
 * Undefined where that cannot be told from the text: flow style, shared lines, anchors and aliases.
 */
export const reorder = (source: Span["source"], slots: readonly Span[], order: readonly number[]): readonly Edit[] | undefined => {
  const { text } = source;
  const pieces = piecesOf(slots, text);
  const [first, last] = [pieces?.at(0), pieces?.at(-1)];
  if (pieces === undefined || first === undefined || last === undefined) return undefined;
  if (TIED.test(text.slice(first.start, last.end))) return undefined;
  const moved = order.map((from, to) => {
    const [piece, next] = [pieces[from], pieces[to + 1]];
    const gap = next === undefined ? "" : text.slice(pieces[to]?.end, next.start);
    return `${piece === undefined ? "" : text.slice(piece.start, piece.end)}${gap}`;
  });
  return [{ offset: first.start, length: last.end - first.start, text: moved.join("") }];
};

/** The indexes of what is given, sorted; equals keep their order. */
export const sortedOrder = <T>(values: readonly T[], compare: (a: T, b: T) => number): readonly number[] =>
  values
    .map((value, index) => ({ value, index }))
    .toSorted((a, b) => compare(a.value, b.value) || a.index - b.index)
    .map(({ index }) => index);

export const isSorted = (order: readonly number[]): boolean => order.every((from, to) => from === to);
