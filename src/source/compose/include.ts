import { dirname, resolve } from "node:path";
import { SeaworthyError } from "../../core/index.ts";
import { child, type ComposeNode, type MappingNode, placeOf } from "./node.ts";
import { type Problem, problemsOf } from "./problem.ts";
import { rebaseTree } from "./rebase.ts";

/** The canonical trees of a compose file by its absolute path. Throws a SeaworthyError for a file that cannot be read. */
export type TreesOf = (path: string) => readonly MappingNode[];

/** Included files may include others; a ring, or a hostile depth of them, ends here. */
const MAX_DEPTH = 16;

const texts = (node: ComposeNode | undefined): readonly string[] => {
  const all = node?.kind === "sequence" ? node.items : node === undefined ? [] : [node];
  return all.flatMap((one) => (one.kind === "scalar" && typeof one.value === "string" ? [one.text] : []));
};

/**
 * The trees that a file's `include` brings in, lowest first (Compose Specification, 14-include): each entry is a path, or `path` and `project_directory`.
 * Paths within them are made absolute. Problems go to the sink; an entry that cannot be read brings in nothing.
 */
export const resolveIncludes = (
  tree: MappingNode,
  folder: string,
  treesOf: TreesOf,
  sink: Problem[],
  trail: readonly string[] = [],
): readonly MappingNode[] => {
  const written = child(tree, "include");
  if (written?.kind !== "sequence") return [];
  return written.items.flatMap((item) => {
    const paths = texts(item.kind === "mapping" ? child(item, "path") : item).map((path) => resolve(folder, path));
    const [directory] = texts(child(item, "project_directory"));
    return paths.flatMap((path): readonly MappingNode[] => {
      if (trail.includes(path) || trail.length >= MAX_DEPTH) {
        sink.push({ code: "INPUT_INVALID", place: placeOf(item), message: `include goes in a circle: ${[...trail, path].join(" -> ")}` });
        return [];
      }
      try {
        const from = directory === undefined ? dirname(path) : resolve(folder, directory);
        return treesOf(path)
          .map((one) => rebaseTree(one, from))
          .flatMap((one) => [...resolveIncludes(one, from, treesOf, sink, [...trail, path]), one]);
      } catch (error) {
        if (!(error instanceof SeaworthyError)) throw error;
        sink.push(...problemsOf(error).map((problem) => ({ place: placeOf(item), ...problem })));
        return [];
      }
    });
  });
};
