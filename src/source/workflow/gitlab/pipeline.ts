import type { SourceText } from "../../../core/index.ts";
import { entries, get, items, type MappingNode, type ScalarNode, type Span, texts, type YamlNode } from "../../yaml/index.ts";

export interface GitlabJob {
  readonly name: string;
  readonly key: Span;
  readonly node: MappingNode;
  /** A name that begins with a dot is a template for others: it never runs itself. */
  readonly isTemplate: boolean;
  /** The value of a keyword, from the job, what it extends (the last one first), then `default:`. */
  readonly keyword: (name: string) => YamlNode | undefined;
  /** The lines of before_script, script and after_script that are written in this job or in the defaults. */
  readonly script: readonly ScalarNode[];
}

/** `.gitlab-ci.yml` (https://docs.gitlab.com/ci/yaml/). */
export interface GitlabPipeline {
  readonly dialect: "gitlab";
  readonly source: SourceText;
  readonly root: MappingNode;
  readonly jobs: readonly GitlabJob[];
  readonly includes: readonly YamlNode[];
}

/** Keywords at the top of a pipeline that are no jobs. */
const GLOBAL = new Set([
  "default",
  "include",
  "stages",
  "variables",
  "workflow",
  "spec",
  "cache",
  "image",
  "services",
  "before_script",
  "after_script",
  "types",
  "pages",
]);
/** What `default:` may set for every job; older pipelines set it at the top. */
const INHERITED = new Set([
  "image",
  "services",
  "before_script",
  "after_script",
  "cache",
  "tags",
  "artifacts",
  "retry",
  "timeout",
  "interruptible",
]);

const linesOf = (node: YamlNode | undefined): readonly ScalarNode[] => {
  if (node === undefined) return [];
  if (node.kind === "scalar") return node.value === null ? [] : [node];
  return node.kind === "sequence" ? node.items.flatMap(linesOf) : [];
};

/** Looks through a job and what it extends, each parent once: the last named wins. */
const fromParents = (root: MappingNode, node: YamlNode, name: string): YamlNode | undefined => {
  const seen = new Set<string>();
  const waiting: YamlNode[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const own = get(next, name);
    if (own !== undefined) return own;
    for (const parent of texts(next, "extends")) {
      const given = seen.has(parent) ? undefined : get(root, parent);
      seen.add(parent);
      if (given !== undefined) waiting.push(given);
    }
  }
  return undefined;
};

const readJob = (root: MappingNode, name: string, key: Span, node: MappingNode): GitlabJob => ({
  name,
  key,
  node,
  isTemplate: name.startsWith("."),
  keyword: (wanted) =>
    fromParents(root, node, wanted) ?? (INHERITED.has(wanted) ? (get(root, "default", wanted) ?? get(root, wanted)) : undefined),
  script: ["before_script", "script", "after_script"].flatMap((part) => linesOf(get(node, part))),
});

const isJob = (name: string, node: YamlNode): node is MappingNode =>
  node.kind === "mapping" && (!GLOBAL.has(name) || (name === "pages" && get(node, "script") !== undefined));

export const readGitlabPipeline = (source: SourceText, root: MappingNode): GitlabPipeline => {
  const include = get(root, "include");
  return {
    dialect: "gitlab",
    source,
    root,
    jobs: entries(root).flatMap(([name, { key, value }]) => (isJob(name, value) ? [readJob(root, name, key, value)] : [])),
    includes: include === undefined ? [] : include.kind === "sequence" ? items(include) : [include],
  };
};
