import type { SourceText } from "../../core/index.ts";
import { items, type MappingNode, parseYamlOnce, type Problem, readTrees, text, type YamlLimits, type YamlNode } from "../yaml/index.ts";
import { readResource, type Resource } from "./resource.ts";

/** Bounds on what a chart may come to: the largest of some hundred public ones renders 3 MB in 900 documents. */
export const MANIFEST_LIMITS: YamlLimits = { bytes: 16 * 1024 * 1024, depth: 100, documents: 10_000, nodes: 1_000_000 };

export interface ManifestFile {
  readonly source: SourceText;
  readonly resources: readonly Resource[];
  /** Duplicate keys and the like: the API server would refuse the object. */
  readonly problems: readonly Problem[];
}

/** Helm writes where each document comes from before it. */
const TEMPLATE = /^# Source: (\S.*)$/gm;

/** The last `# Source:` between the document separator before an offset and the offset. */
const templateBefore = (source: SourceText, start: number): string | undefined => {
  const separator = source.text.lastIndexOf("\n---", start);
  const before = source.text.slice(Math.max(separator, 0), start);
  return [...before.matchAll(TEMPLATE)].at(-1)?.[1]?.trim();
};

const unwrapped = (tree: MappingNode): readonly MappingNode[] => {
  const kind = text(tree, "kind") ?? "";
  const isList = kind === "List" || (kind.endsWith("List") && tree.entries.get("items")?.value.kind === "sequence");
  return isList ? items(tree, "items").flatMap((item) => (item.kind === "mapping" ? unwrapped(item) : [])) : [tree];
};

const resourcesIn = (tree: YamlNode, template: string | undefined): readonly Resource[] =>
  tree.kind !== "mapping" ? [] : unwrapped(tree).flatMap((root) => readResource(root, template) ?? []);

/**
 * Reads manifests: YAML of any number of documents, or JSON. A `List` is its items. Documents that are no objects are left out.
 * @throws INPUT_INVALID with all syntax errors at line and column; INPUT_TOO_LARGE over MANIFEST_LIMITS
 */
export const parseManifests = (source: SourceText): ManifestFile => {
  const { trees, problems } = readTrees(parseYamlOnce(source, MANIFEST_LIMITS), { limits: MANIFEST_LIMITS });
  const helm = source.text.includes("# Source: ");
  return { source, problems, resources: trees.flatMap((tree) => resourcesIn(tree, helm ? templateBefore(source, tree.start) : undefined)) };
};

const API_VERSION = /^[ \t-]*["']?apiVersion["']?\s*:\s*["']?[\w.-]+(?:\/v\w+|)["']?/m;
const KIND = /^[ \t-]*["']?kind["']?\s*:\s*["']?\w+/m;
/** One-line and JSON forms: both keys in one flow mapping. */
const INLINE = /[{,]\s*["']?(?:apiVersion|kind)["']?\s*:/;

/** Whether a text looks like manifests, without parsing it: `apiVersion` and `kind` as keys. */
export const looksLikeManifests = (content: string): boolean =>
  content.includes("apiVersion") && content.includes("kind") && ((API_VERSION.test(content) && KIND.test(content)) || INLINE.test(content));
