import { parseYaml, readTrees } from "../../source/yaml/index.ts";
import { isSeaworthyError } from "../../core/index.ts";
import type { MappingNode } from "../../source/index.ts";
import type { Project, RuleSettings } from "../../project/index.ts";
import type { ComposeFileSubject } from "../subject.ts";

const isMapping = (tree: { readonly kind: string }): tree is MappingNode => tree.kind === "mapping";

/** The compose files of a project as texts. One that cannot be parsed is among the project's problems already. */
export const composeFileSubjects = (project: Project, settings: RuleSettings): readonly ComposeFileSubject[] =>
  project.files
    .filter(({ path }) => !path.endsWith(".seaworthy.yaml"))
    .flatMap((source) => {
      try {
        const tree = readTrees(parseYaml(source)).trees.findLast(isMapping);
        return tree === undefined ? [] : [{ project, source, tree, settings }];
      } catch (error) {
        if (isSeaworthyError(error)) return [];
        throw error;
      }
    });
