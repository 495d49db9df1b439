import { isAbsolute, join } from "node:path";
import { type ComposeNode, type Entry, type MappingNode } from "./node.ts";
import { isHostPath } from "./short-forms.ts";

type Change = (text: string) => string;

const scalars = (node: ComposeNode, change: Change): ComposeNode => {
  if (node.kind === "sequence") return { ...node, items: node.items.map((item) => scalars(item, change)) };
  if (node.kind !== "scalar" || typeof node.value !== "string") return node;
  const text = change(node.text);
  return text === node.text ? node : { ...node, value: text, text };
};

const at = (node: ComposeNode, key: string, change: (value: ComposeNode) => ComposeNode): ComposeNode => {
  const entry = node.kind === "mapping" ? node.entries.get(key) : undefined;
  if (node.kind !== "mapping" || entry === undefined) return node;
  return { ...node, entries: new Map(node.entries).set(key, { key: entry.key, value: change(entry.value) }) };
};

const each = (node: ComposeNode, change: (value: ComposeNode) => ComposeNode): ComposeNode => {
  if (node.kind === "sequence") return { ...node, items: node.items.map(change) };
  if (node.kind !== "mapping") return node;
  const entries = [...node.entries].map(([key, entry]): [string, Entry] => [key, { key: entry.key, value: change(entry.value) }]);
  return { ...node, entries: new Map(entries) };
};

const isUrl = (text: string): boolean => /^(?:[a-z+]+:\/\/|git@)/.test(text);

/** Paths of one service, which mean the folder of the file that they stand in. */
export const rebaseService = (service: ComposeNode, folder: string): ComposeNode => {
  const path: Change = (text) => (isAbsolute(text) || text.startsWith("~") || isUrl(text) ? text : join(folder, text));
  const listed = (node: ComposeNode): ComposeNode =>
    node.kind === "mapping" ? at(node, "path", (one) => scalars(one, path)) : scalars(node, path);
  const mount = (node: ComposeNode): ComposeNode =>
    node.kind === "mapping"
      ? at(node, "source", (source) => scalars(source, (text) => (isHostPath(text) ? path(text) : text)))
      : scalars(node, (text) => (text.startsWith(".") ? `${path(text.split(":", 1)[0] ?? "")}${text.slice(text.indexOf(":"))}` : text));
  let result = service;
  for (const key of ["env_file", "label_file"]) result = at(result, key, (list) => each(list, listed));
  result = at(result, "volumes", (list) => each(list, mount));
  return at(result, "build", (build) => at(build, "context", (context) => scalars(context, path)));
};

/** All paths of a canonical tree that lies in another folder. */
export const rebaseTree = (tree: MappingNode, folder: string): MappingNode => {
  const path: Change = (text) => (isAbsolute(text) || text.startsWith("~") ? text : join(folder, text));
  let result: ComposeNode = at(tree, "services", (services) => each(services, (one) => rebaseService(one, folder)));
  for (const key of ["secrets", "configs"])
    result = at(result, key, (named) => each(named, (one) => at(one, "file", (file) => scalars(file, path))));
  return result.kind === "mapping" ? result : tree;
};
