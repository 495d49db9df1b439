import type { Edit } from "../../core/index.ts";
import type { ComposeNode, Entry, MappingNode, ScalarNode, SequenceNode } from "../compose/index.ts";
import { blockLines, flowText, itemText, plainText, type SetValue } from "./print.ts";

/** Edits of one text, or in words why there are none. */
export type Change = { readonly edits: readonly Edit[] } | { readonly refused: string };

export interface SetOptions {
  /** Stands behind what is written, where the layout has room for a comment. One line. */
  readonly comment?: string;
  /** What makes two items of a list the same thing: the later takes the place of the one that is there. Default: the whole text. */
  readonly identity?: (item: string) => string;
}

interface Setting extends Required<SetOptions> {
  readonly path: readonly string[];
  /** How far down the path the mapping at hand is. */
  readonly depth: number;
  readonly value: SetValue;
}

const refused = (words: string): Change => ({ refused: words });
const isFlow = ({ source, start }: ComposeNode): boolean => "{[".includes(source.text[start] ?? " ");
const rawOf = ({ source, start, end }: ComposeNode): string => source.text.slice(start, end);
const columnOf = ({ source }: ComposeNode, offset: number): number => offset - (source.text.lastIndexOf("\n", offset - 1) + 1);
const nameOf = ({ path, depth }: Setting): string => path.slice(0, depth + 1).join(".");
const restOf = ({ path, depth }: Setting): readonly string[] => path.slice(depth + 1);

/** What `<<` brings in is written elsewhere. */
const isOwn = (node: MappingNode, { key }: Entry): boolean => key.source === node.source && key.start >= node.start && key.end <= node.end;
/** An anchor stands before its alias. */
const isAlias = ({ key, value }: Entry): boolean => value.source !== key.source || value.start < key.end;

/** Where the line of an offset ends, before its line break. */
const lineEnd = (text: string, offset: number): number => {
  const newline = text.indexOf("\n", offset);
  if (newline < 0) return text.length;
  return text[newline - 1] === "\r" ? newline - 1 : newline;
};

const lineBreak = (text: string): string => (text.includes("\r\n") ? "\r\n" : "\n");

/** Whether only a comment, or nothing, follows on the line. */
const isLineOver = (text: string, offset: number): boolean => /^\s*(?:#.*)?$/.test(text.slice(offset, lineEnd(text, offset)));

/** A comment behind a value in block style, where none stands yet. */
const remark = (within: ComposeNode, offset: number, { comment }: Setting): readonly Edit[] => {
  const { text } = within.source;
  const isFree = comment !== "" && !isFlow(within) && text.slice(offset, lineEnd(text, offset)).trim() === "";
  return isFree ? [{ offset, length: 0, text: ` # ${comment}` }] : [];
};

/** Something more in a collection in flow style. Where comments stand in it, its end cannot be told from the text. */
const intoFlow = (node: MappingNode | SequenceNode, text: string, name: string): Change => {
  const inner = node.source.text.slice(node.start + 1, node.end - 1);
  if (/(?:^|\s)#/.test(inner)) return refused(`${name} is written in braces or brackets with comments between`);
  const before = inner.trimEnd();
  const gap = before.trim() === "" ? "" : before.endsWith(",") ? " " : ", ";
  return { edits: [{ offset: node.start + 1 + before.length, length: 0, text: `${gap}${text}` }] };
};

/** Comments in the column of the keys, or further in, right below the last of them belong to it. */
const pastComments = (text: string, offset: number, column: number): number => {
  let end = lineEnd(text, offset);
  for (;;) {
    const start = text.indexOf("\n", end) + 1;
    if (start === 0) return end;
    const indent = /^( *)#/.exec(text.slice(start, lineEnd(text, start)))?.[1];
    if (indent === undefined || indent.length < column) return end;
    end = lineEnd(text, start);
  }
};

/** Where the last thing that is surely content ends. What stands behind an alias stands elsewhere. */
const contentEnd = (node: ComposeNode): number => {
  if (node.kind === "scalar" || isFlow(node)) return node.end;
  const ends =
    node.kind === "sequence"
      ? node.items.filter(({ start }) => start >= node.start).map(contentEnd)
      : [...node.entries.values()]
          .filter((entry) => isOwn(node, entry))
          .map((entry) => (isAlias(entry) ? entry.key.end : Math.max(entry.key.end, contentEnd(entry.value))));
  return Math.max(node.start, ...ends);
};

/** The end of a collection in block style, without the comments that the parser counts to it. */
const blockEnd = (node: MappingNode | SequenceNode): number => {
  const { text } = node.source;
  const floor = contentEnd(node);
  let { end } = node;
  for (;;) {
    const start = text.lastIndexOf("\n", end - 1) + 1;
    if (start <= floor || !/^\s*(?:#.*)?$/.test(text.slice(start, end))) return end;
    end = text[start - 2] === "\r" ? start - 2 : start - 1;
  }
};

/** How much further in each level stands, as the mapping's parent shows it. */
const stepOf = (parent: MappingNode | undefined, node: MappingNode): number => {
  const step = parent === undefined || isFlow(parent) ? 2 : columnOf(node, node.start) - columnOf(parent, parent.start);
  return step > 0 && step <= 8 ? step : 2;
};

const addTo = (node: MappingNode, parent: MappingNode | undefined, setting: Setting): Change => {
  const keys = setting.path.slice(setting.depth);
  const [first] = [...node.entries.values()];
  const isJson = first !== undefined && node.source.text[first.key.start] === '"';
  const within = nameOf({ ...setting, depth: setting.depth - 1 });
  if (isFlow(node)) return intoFlow(node, flowText(keys, setting.value, isJson), within);
  const { text } = node.source;
  const end = blockEnd(node);
  if (!isLineOver(text, end)) return refused(`the last line of ${within} leaves no room below it`);
  const column = columnOf(node, node.start);
  const lines = blockLines(keys, setting.value, { column, step: stepOf(parent, node), comment: setting.comment });
  return {
    edits: [{ offset: pastComments(text, end, column), length: 0, text: lines.map((line) => `${lineBreak(text)}${line}`).join("") }],
  };
};

/** A key without a value. */
const fill = (node: MappingNode, parent: MappingNode | undefined, { key, value }: Entry, setting: Setting): Change => {
  const { text } = key.source;
  const colon = text.indexOf(":", key.end);
  const rest = restOf(setting);
  if (isFlow(node) || colon < 0 || !isLineOver(text, Math.max(colon + 1, value.end))) return refused(`${nameOf(setting)} has no value`);
  const emptied = value.end > value.start ? [{ offset: colon + 1, length: value.end - colon - 1, text: "" }] : [];
  if (rest.length === 0)
    return {
      edits: [
        { offset: colon + 1, length: emptied[0]?.length ?? 0, text: ` ${flowText([], setting.value, false)}` },
        ...remark(node, Math.max(colon + 1, value.end), setting),
      ],
    };
  const step = stepOf(parent, node);
  const lines = blockLines(rest, setting.value, { column: columnOf(node, key.start) + step, step, comment: setting.comment });
  return {
    edits: [
      ...emptied,
      { offset: lineEnd(text, Math.max(colon + 1, value.end)), length: 0, text: lines.map((line) => `${lineBreak(text)}${line}`).join("") },
    ],
  };
};

const isPlainText = (node: ComposeNode): node is ScalarNode =>
  node.kind === "scalar" && !/^[|>]/.test(rawOf(node)) && !rawOf(node).includes("\n");

const mergeList = (node: MappingNode, list: SequenceNode, wanted: readonly string[], setting: Setting): Change => {
  const { text } = list.source;
  const [one] = list.items;
  const isJson = isFlow(list) && one !== undefined && text[one.start] === '"';
  const edits: Edit[] = [];
  const missing: string[] = [];
  for (const item of wanted) {
    const there = list.items.find((one) => one.kind === "scalar" && setting.identity(one.text) === setting.identity(item));
    if (there === undefined) missing.push(item);
    else if (!isPlainText(there) || there.start < list.start) return refused(`an item of ${nameOf(setting)} stands behind an anchor`);
    else if (there.text !== item) edits.push({ offset: there.start, length: there.end - there.start, text: itemText(item, isJson) });
  }
  if (missing.length === 0) return { edits: [...edits, ...(isFlow(list) ? remark(node, list.end, setting) : [])] };
  if (isFlow(list)) {
    const more = intoFlow(list, missing.map((item) => itemText(item, isJson)).join(", "), nameOf(setting));
    return "refused" in more ? more : { edits: [...edits, ...more.edits, ...remark(node, list.end, setting)] };
  }
  const end = blockEnd(list);
  if (!isLineOver(text, end)) return refused(`the last item of ${nameOf(setting)} leaves no room`);
  const behind = setting.comment === "" ? "" : ` # ${setting.comment}`;
  const lines = missing.map((item) => `${lineBreak(text)}${" ".repeat(columnOf(list, list.start))}- ${itemText(item, false)}${behind}`);
  return { edits: [...edits, { offset: lineEnd(text, end), length: 0, text: lines.join("") }] };
};

/** A value of its own, in place of what is written. */
const replace = (node: MappingNode, { value: there }: Entry, setting: Setting): Change => {
  const { value } = setting;
  if (there.kind === "sequence" && typeof value === "object") return mergeList(node, there, value, setting);
  if (!isPlainText(there)) return refused(`${nameOf(setting)} is written in a form that another value does not fit into`);
  const raw = rawOf(there);
  if (typeof value !== "object" && raw.replaceAll("$$", "").includes("$"))
    return refused(`${nameOf(setting)} is set by a variable, ${raw}`);
  const text =
    typeof value === "object"
      ? `[${[raw.startsWith('"') || raw.startsWith("'") ? raw : plainText(raw), ...value.map((item) => itemText(item, false))].join(", ")}]`
      : flowText([], value, raw.startsWith('"'));
  return { edits: [{ offset: there.start, length: there.end - there.start, text }, ...remark(node, there.end, setting)] };
};

/**
 * The edits that set a value below the root of a YAML tree read without interpolation: comments, order and style stay, what is missing on the way is written
 * behind what is there, lists get what they lack. A key that a merge key brings in is set beside it, for this mapping alone; what stands behind an alias, a
 * variable or in a form that cannot be told from the text is refused.
 */
export const setIn = (root: MappingNode, path: readonly string[], value: SetValue, options: SetOptions = {}): Change => {
  const base = { comment: "", identity: (item: string): string => item, ...options, path, value };
  let [node, parent]: [MappingNode, MappingNode | undefined] = [root, undefined];
  for (const [depth, key] of path.entries()) {
    const setting: Setting = { ...base, depth };
    const entry = node.entries.get(key);
    const isLeaf = depth === path.length - 1;
    if (entry === undefined) return addTo(node, parent, setting);
    if (!isOwn(node, entry)) {
      if (isLeaf && typeof value !== "object") return addTo(node, parent, setting);
      return refused(`${nameOf(setting)} comes from an anchor on line ${entry.key.source.position(entry.key.start).line}`);
    }
    if (isAlias(entry))
      return refused(`${nameOf(setting)} stands behind an anchor on line ${entry.value.source.position(entry.value.start).line}`);
    if (entry.value.kind === "scalar" && entry.value.value === null) return fill(node, parent, entry, setting);
    if (isLeaf) return replace(node, entry, setting);
    if (entry.value.kind !== "mapping") return refused(`${nameOf(setting)} is no mapping`);
    [node, parent] = [entry.value, node];
  }
  return { edits: [] };
};
