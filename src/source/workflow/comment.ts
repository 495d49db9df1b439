import type { ScalarNode, Span } from "../yaml/index.ts";

/** The comment behind a value on its line, without its `#`; undefined when there is none. */
export const commentBehind = ({ source, end }: Span): string | undefined => {
  const line = source.text.indexOf("\n", end);
  const rest = source.text.slice(end, line < 0 ? undefined : line);
  return /^["'\s,}\]]*\s#(.*)$/.exec(rest)?.[1]?.trim();
};

const OWN = /^(?:zizmor:\s*ignore\[[^\]]*\]|seaworthy\s+ignore=\S+|checkov:skip=\S+|kics-scan\s+\S+)\s*/;

/** What a comment says to a reader: the marks that tools look for taken away. Empty for a comment that says nothing. */
export const meaningOf = (comment: string | undefined): string => (comment ?? "").replace(OWN, "").replace(/^#+/, "").trim();

/** What stands beside a scalar's line for a reader. */
export const remarkOn = (node: ScalarNode): string => meaningOf(commentBehind(node));
