import { isAlias, isMap, isPair, isScalar, isSeq, type Node, type ParsedNode, Scalar, type YAMLMap } from "yaml";
import { SeaworthyError, type SourceText } from "../../core/index.ts";
import { interpolate, type Lookup } from "./interpolate.ts";
import { type ComposeNode, type Entry, mappingOf, type MappingNode, type MergeTag, placeOf, type ScalarNode, type Span } from "./node.ts";
import { type ParsedFile, YAML_LIMITS, type YamlLimits } from "./parse.ts";
import { type Problem, problemsError } from "./problem.ts";

type ScalarValue = string | number | boolean | null;

/** Tags of the core schema, and "!", which makes a scalar text. */
const CORE_TAG = /^(?:!|tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq))$/;
const MERGE_TAGS: Readonly<Record<string, MergeTag>> = { "!reset": "reset", "!override": "override" };

/** Collections behind an alias are built once and shared; `sizes` counts them at every use, so that no alias can blow a small file up. */
interface Building {
  readonly source: SourceText;
  /** Absent: a dollar sign is a dollar sign. */
  readonly lookup: Lookup | undefined;
  readonly limits: YamlLimits;
  readonly problems: Problem[];
  readonly anchors: Map<string, ComposeNode>;
  readonly sizes: WeakMap<ComposeNode, number>;
  nodes: number;
}

const count = (building: Building, amount: number): void => {
  building.nodes += amount;
  if (building.nodes > building.limits.nodes)
    throw new SeaworthyError(
      "INPUT_TOO_LARGE",
      `${building.source.path} has more than ${building.limits.nodes} YAML values once its aliases are expanded; it was not read further`,
    );
};

const spanOf = (node: Node, source: SourceText): Span => {
  const [start, valueEnd] = node.range ?? [0, 0, 0];
  let end = valueEnd;
  while (end > start && /\s/.test(source.text[end - 1] ?? "")) end -= 1;
  return { source, start, end };
};

/** A hostile file may have one in every line; nobody reads more of them. */
const MAX_PROBLEMS = 200;

const report = (building: Building, span: Span, message: string): void => {
  if (building.problems.length < MAX_PROBLEMS) building.problems.push({ code: "INPUT_INVALID", place: placeOf(span), message });
};

const tagOf = (node: Node, span: Span, building: Building): { tag?: MergeTag } => {
  const name = "tag" in node && typeof node.tag === "string" ? node.tag : undefined;
  if (name === undefined || CORE_TAG.test(name)) return {};
  const tag = MERGE_TAGS[name];
  if (tag !== undefined) return { tag };
  report(building, span, `YAML tag ${name.slice(0, 60)} means nothing here: expected !reset, !override or none`);
  return {};
};

const dollarsIn = (text: string): readonly number[] => Array.from(text.matchAll(/\$/g), ({ index }) => index);

/** The offset in the file of the character at an offset of a value: the n-th dollar sign of the value is the n-th of the text behind it. */
const sourceOffsets = (span: Span, value: string): ((offset: number) => number) => {
  const written = dollarsIn(span.source.text.slice(span.start, span.end));
  const read = dollarsIn(value);
  if (written.length !== read.length) return () => span.start;
  const indexOf = new Map(read.map((offset, index) => [offset, index]));
  return (offset) => {
    const index = indexOf.get(offset) ?? read.findIndex((one) => one >= offset);
    return span.start + (written[index] ?? 0);
  };
};

/** More of them in one value say nothing new. */
const MAX_FAULTS = 50;

const scalarProblems = (span: Span, text: string, faults: ReturnType<typeof interpolate>["faults"]): readonly Problem[] => {
  const offsetOf = sourceOffsets(span, text);
  return faults.slice(0, MAX_FAULTS).map(({ offset, variable, message }) => {
    const start = offsetOf(offset);
    return {
      code: variable === undefined ? "INPUT_INVALID" : "VARIABLE_MISSING",
      place: { path: span.source.path, range: span.source.range(start, Math.max(span.end, start)) },
      message,
    };
  });
};

const buildScalar = (node: Scalar, building: Building): ScalarNode => {
  const span = spanOf(node, building.source);
  const tag = tagOf(node, span, building);
  const value: ScalarValue =
    typeof node.value === "string" || typeof node.value === "number" || typeof node.value === "boolean" ? node.value : null;
  if (typeof value !== "string")
    return { kind: "scalar", ...span, ...tag, value, text: value === null ? "" : (node.source ?? String(value)) };
  if (building.lookup === undefined) return { kind: "scalar", ...span, ...tag, value, text: value };
  const { value: text, faults } = interpolate(value, building.lookup);
  return {
    kind: "scalar",
    ...span,
    ...tag,
    value: text,
    text,
    ...(faults.length === 0 ? {} : { problems: scalarProblems(span, value, faults) }),
  };
};

const isMergeKey = (key: unknown): boolean => isScalar(key) && key.value === "<<" && key.type === Scalar.PLAIN;

/** What `<<` brings in (YAML 1.1 merge key): a mapping, or a sequence of mappings of which the first wins. Keys written here win over all. */
const mergedEntries = (node: ComposeNode, building: Building): readonly (readonly [string, Entry])[] => {
  const sources = node.kind === "sequence" ? node.items : [node];
  return sources.toReversed().flatMap((source) => {
    if (source.kind === "mapping") return [...source.entries];
    report(building, source, '"<<" merges mappings: expected an alias of a mapping, or a sequence of them');
    return [];
  });
};

const buildMapping = (node: YAMLMap, building: Building): MappingNode => {
  const span = spanOf(node, building.source);
  const tag = tagOf(node, span, building);
  const own = new Map<string, Entry>();
  const inherited: (readonly [string, Entry])[] = [];
  for (const pair of node.items) {
    if (!isPair(pair)) continue;
    const keyNode = pair.key as Node | null;
    if (!isScalar(keyNode) || (typeof keyNode.value !== "string" && keyNode.source === undefined) || keyNode.value === null) {
      report(
        building,
        keyNode === null ? span : spanOf(keyNode, building.source),
        "a key is a single name here: expected text before the colon",
      );
      continue;
    }
    const key = spanOf(keyNode, building.source);
    const written = pair.value as Node | null;
    const value: ComposeNode =
      written === null ? { kind: "scalar", ...key, start: key.end, value: null, text: "" } : buildNode(written, building);
    if (isMergeKey(keyNode)) {
      inherited.push(...mergedEntries(value, building));
      continue;
    }
    const name = typeof keyNode.value === "string" ? keyNode.value : (keyNode.source ?? "");
    const before = own.get(name);
    if (before !== undefined)
      report(
        building,
        key,
        `"${name}" is set twice in one mapping; the first is on line ${before.key.source.position(before.key.start).line}`,
      );
    own.set(name, { key, value });
  }
  return { ...mappingOf(span, [...inherited, ...own]), ...tag };
};

const buildAlias = (node: Node & { readonly source: string }, building: Building): ComposeNode => {
  const span = spanOf(node, building.source);
  const target = building.anchors.get(node.source);
  if (target === undefined) {
    report(building, span, `alias *${node.source} has no anchor &${node.source} before it, or lies within it`);
    return { kind: "scalar", ...span, value: null, text: "" };
  }
  count(building, building.sizes.get(target) ?? 1);
  return target;
};

function buildNode(node: Node, building: Building): ComposeNode {
  if (isAlias(node)) return buildAlias(node, building);
  const before = building.nodes;
  count(building, 1);
  const built = isMap(node)
    ? buildMapping(node, building)
    : isSeq(node)
      ? buildSequence(node.items, node, building)
      : buildScalar(node, building);
  building.sizes.set(built, building.nodes - before);
  if ("anchor" in node && typeof node.anchor === "string") building.anchors.set(node.anchor, built);
  return built;
}

const buildSequence = (items: readonly unknown[], node: Node, building: Building): ComposeNode => {
  const span = spanOf(node, building.source);
  return { kind: "sequence", ...span, ...tagOf(node, span, building), items: items.map((item) => buildNode(item as ParsedNode, building)) };
};

export interface TreeOptions {
  /** Replaces variables the way Compose does. Absent: a dollar sign is a dollar sign. */
  readonly lookup?: Lookup;
  readonly limits?: YamlLimits;
}

const begin = (source: SourceText, { lookup, limits = YAML_LIMITS }: TreeOptions): Building => ({
  source,
  lookup,
  limits,
  problems: [],
  anchors: new Map(),
  sizes: new WeakMap(),
  nodes: 0,
});

/**
 * The trees of a file, one for each YAML document that says something, with aliases and merge keys resolved, together with what is wrong: duplicate keys
 * (the last counts), unknown tags (taken as if absent), aliases without an anchor (null).
 * @throws INPUT_TOO_LARGE over the limits' number of values.
 */
export const readTrees = (
  file: ParsedFile,
  options: TreeOptions = {},
): { readonly trees: readonly ComposeNode[]; readonly problems: readonly Problem[] } => {
  const work = begin(file.source, options);
  const trees = file.documents.flatMap(({ contents }) => {
    work.anchors.clear();
    if (contents === null) return [];
    const tree = buildNode(contents, work);
    return tree.kind === "scalar" && tree.value === null ? [] : [tree];
  });
  return { trees, problems: work.problems };
};

/**
 * The trees of a compose file, one for each YAML document, with aliases and merge keys resolved and variables replaced. A variable that is missing is kept as a
 * problem of its scalar: an override file, or a profile that is not active, may make it irrelevant.
 * @param sink takes what is wrong, and what can be read is returned. Without it such files are refused.
 * @throws INPUT_INVALID for duplicate keys, unknown tags, aliases without an anchor or a root that is no mapping; INPUT_TOO_LARGE over 100,000 values.
 */
export const buildTrees = (file: ParsedFile, lookup: Lookup, sink?: Problem[]): readonly MappingNode[] => {
  const { trees, problems } = readTrees(file, { lookup });
  const rootless = trees
    .filter((tree) => tree.kind !== "mapping")
    .map((tree): Problem => ({
      code: "INPUT_INVALID",
      place: placeOf(tree),
      message: "expected a mapping with keys such as services: at the top of the file",
    }));
  sink?.push(...problems, ...rootless);
  if (sink === undefined && problems.length + rootless.length > 0) throw problemsError([...problems, ...rootless]);
  return trees.filter((tree) => tree.kind === "mapping");
};

/** The value of one key at the top of a file, the last document's first; undefined where it is absent or not a scalar. */
export const topLevelScalar = (file: ParsedFile, key: string, lookup: Lookup): ScalarNode | undefined => {
  for (const { contents } of file.documents.toReversed()) {
    const found = isMap(contents) ? contents.get(key, true) : undefined;
    if (isScalar(found)) return buildScalar(found, begin(file.source, { lookup }));
  }
  return undefined;
};
