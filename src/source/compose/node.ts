import type { Range, SourceText } from "../../core/index.ts";
import type { Place, Problem } from "./problem.ts";

/** A piece of one file, kept as offsets: lines and columns are counted only when someone asks. */
export interface Span {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

/** `!reset` takes a value out of the merged files, `!override` replaces instead of merging (Compose Specification, 13-merge). */
export type MergeTag = "reset" | "override";

interface Written extends Span {
  readonly tag?: MergeTag;
}

export interface ScalarNode extends Written {
  readonly kind: "scalar";
  /** After interpolation. What was interpolated is always a string. */
  readonly value: string | number | boolean | null;
  /** The characters behind the value, without quotes: `0440` where `value` is 440. */
  readonly text: string;
  /** Interpolation that failed here. It matters only when the value is used. */
  readonly problems?: readonly Problem[];
}

export interface Entry {
  readonly key: Span;
  readonly value: ComposeNode;
}

export interface MappingNode extends Written {
  readonly kind: "mapping";
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface SequenceNode extends Written {
  readonly kind: "sequence";
  readonly items: readonly ComposeNode[];
}

/** A value of a compose file together with where it was written. Values behind a YAML alias are shared, not copied. */
export type ComposeNode = ScalarNode | MappingNode | SequenceNode;

const rangeOf = (span: Span): Range => span.source.range(span.start, span.end);

/** The place of a value alone. */
export const placeOf = (span: Span): Place => ({ path: span.source.path, range: rangeOf(span) });

/** The place of a key with its value. */
export const entryPlace = ({ key, value }: Entry): Place => {
  const together = value.source === key.source && value.start >= key.start;
  return {
    path: key.source.path,
    range: key.source.range(key.start, together ? Math.max(key.end, value.end) : key.end),
    key: rangeOf(key),
    ...(together ? { value: rangeOf(value) } : {}),
  };
};

export const isNull = (node: ComposeNode): boolean => node.kind === "scalar" && node.value === null;

export const child = (node: ComposeNode | undefined, key: string): ComposeNode | undefined =>
  node?.kind === "mapping" ? node.entries.get(key)?.value : undefined;

export const mappingOf = (span: Span, entries: Iterable<readonly [string, Entry]> = []): MappingNode => ({
  kind: "mapping",
  source: span.source,
  start: span.start,
  end: span.end,
  entries: new Map(entries),
});

export const textNode = (span: Span, text: string | null): ScalarNode => ({
  kind: "scalar",
  source: span.source,
  start: span.start,
  end: span.end,
  value: text,
  text: text ?? "",
});
