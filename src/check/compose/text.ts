import type { ComposeNode, ScalarNode } from "../../source/index.ts";
import { get, type Path } from "../../source/yaml/index.ts";

/** Stands in a text where a variable without a value stands in the file. */
export const UNKNOWN = "\u0000";
const DOLLAR = "\u0001";

const WITH_DEFAULT = /\$\{[A-Za-z_]\w*:?-([^${}]*)\}/;
const WITHOUT = /\$\{[A-Za-z_]\w*(?::?[?+][^{}]*)?\}|\$[A-Za-z_]\w*/g;

const unquoted = (raw: string): string => (/^(["']).*\1$/s.test(raw) ? raw.slice(1, -1) : raw);

/** A scalar's text as it would be run; where a variable is missing, UNKNOWN stands. `cut` takes the part of a list item that the scalar is. */
export const knownText = (node: ScalarNode, cut: (raw: string) => string = (raw) => raw): string => {
  if (node.problems === undefined) return node.text;
  let text = cut(unquoted(node.source.text.slice(node.start, node.end))).replaceAll("$$", DOLLAR);
  for (let depth = 0; depth < 32 && WITH_DEFAULT.test(text); depth += 1) text = text.replace(WITH_DEFAULT, "$1");
  return text.replaceAll(WITHOUT, UNKNOWN).replaceAll(DOLLAR, "$");
};

/** The text of a scalar below a node; undefined for what is no scalar, is null, or hangs on a variable without a value. */
export const sure = (node: ComposeNode | undefined, ...path: Path): string | undefined => {
  const found = get(node, ...path);
  if (found?.kind !== "scalar" || found.value === null) return undefined;
  const text = knownText(found);
  return text.includes(UNKNOWN) ? undefined : text;
};
