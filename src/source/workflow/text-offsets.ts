import type { ScalarNode, Span } from "../yaml/index.ts";

const isSpace = (character: string | undefined): boolean => character === undefined || /\s/.test(character);

/** Where the value begins behind the header of a block scalar, or behind a quote. */
const contentStart = ({ source, start, end }: Span): number => {
  const first = source.text[start];
  if (first === "|" || first === ">") {
    const line = source.text.indexOf("\n", start);
    return line < 0 || line > end ? end : line + 1;
  }
  return first === '"' || first === "'" ? start + 1 : start;
};

/**
 * For each character of a scalar's value the offset in the file where it was written. YAML folds lines, drops indentation and reads escapes, but keeps the order
 * of what is no white space: the two texts are walked together.
 */
const offsetsOf = (node: ScalarNode): Uint32Array => {
  const { text } = node.source;
  const isEscaped = text[node.start] === '"';
  const offsets = new Uint32Array(node.text.length + 1);
  let at = contentStart(node);
  for (let index = 0; index < node.text.length; index += 1) {
    const wanted = node.text[index];
    if (isSpace(wanted)) {
      offsets[index] = at;
      if (text[at] === wanted) at += 1;
      else if (isEscaped && text[at] === "\\" && !isSpace(text[at + 1])) at += 2;
      continue;
    }
    while (at < node.end && text[at] !== wanted) at += isEscaped && text[at] === "\\" && text[at + 1] !== wanted ? 2 : 1;
    offsets[index] = Math.min(at, node.end);
    at += 1;
  }
  offsets[node.text.length] = Math.min(at, node.end);
  return offsets;
};

const known = new WeakMap<ScalarNode, Uint32Array>();

/** The piece of the file behind a piece of a scalar's value. */
export const spanWithin = (node: ScalarNode, start: number, end: number): Span => {
  let offsets = known.get(node);
  if (offsets === undefined) {
    offsets = offsetsOf(node);
    known.set(node, offsets);
  }
  const from = offsets[Math.min(start, node.text.length)] ?? node.start;
  const last = end > start ? (offsets[Math.min(end, node.text.length) - 1] ?? from) + 1 : from;
  return { source: node.source, start: from, end: Math.max(from, Math.min(last, node.end)) };
};
