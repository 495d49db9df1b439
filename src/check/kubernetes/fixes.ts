import type { Finding } from "../../checklist/index.ts";
import type { Entry, MappingNode } from "../../source/yaml/index.ts";

/** The entry of a key whose value was written there, and not behind an alias that others share. */
const written = (node: MappingNode, key: string): Entry | undefined => {
  const entry = node.entries.get(key);
  return entry !== undefined && entry.value.source === entry.key.source && entry.value.start >= entry.key.end ? entry : undefined;
};

/** Writes another value for a key, when it has a plain one of its own. */
export const replaceValue = (node: MappingNode, key: string, text: string): Pick<Finding, "fix"> => {
  const value = written(node, key)?.value;
  return value?.kind !== "scalar"
    ? {}
    : { fix: { path: value.source.path, edits: [{ offset: value.start, length: value.end - value.start, text }] } };
};

/** Writes another key for a value. */
export const renameKey = (node: MappingNode, key: string, to: string): Pick<Finding, "fix"> => {
  const entry = written(node, key);
  if (entry === undefined || node.entries.has(to)) return {};
  const { source, start, end } = entry.key;
  return { fix: { path: source.path, edits: [{ offset: start, length: end - start, text: to }] } };
};

/** Writes a line with another key below one that stands on a line of its own, in the block style. */
export const addBelow = (node: MappingNode, key: string, line: string): Pick<Finding, "fix"> => {
  const entry = written(node, key);
  const { source } = node;
  if (entry?.value.kind !== "scalar" || entry.key.source !== source || source.text[node.start] === "{") return {};
  const lineStart = source.text.lastIndexOf("\n", entry.key.start) + 1;
  const newline = source.text.indexOf("\n", entry.key.start);
  const end = newline < 0 ? source.text.length : newline;
  // Dashes before the key count as its indentation; what else stands there does not.
  const before = source.text.slice(lineStart, entry.key.start);
  if (entry.value.end > end || !/^[ -]*$/.test(before)) return {};
  const isWindows = source.text[end - 1] === "\r";
  const text = `${isWindows ? "\r\n" : "\n"}${" ".repeat(before.length)}${line}`;
  return { fix: { path: source.path, edits: [{ offset: isWindows ? end - 1 : end, length: 0, text }] } };
};
