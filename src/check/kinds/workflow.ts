import { isSeaworthyError, type SourceText } from "../../core/index.ts";
import { isWorkflowPath, type ParsedWorkflow, parseWorkflow, type WorkflowFile } from "../../source/workflow/index.ts";
import { head } from "../../source/yaml/index.ts";
import { drained } from "../drained.ts";
import { yamlSuppressions } from "../suppression.ts";
import type { FileKind } from "./file-kind.ts";
import { unreadable } from "./unreadable.ts";
import { zizmorComments } from "./workflow-ignores.ts";

const parse = (source: SourceText): ParsedWorkflow => {
  try {
    return parseWorkflow(source);
  } catch (error) {
    if (isSeaworthyError(error)) return { file: undefined, problems: unreadable(source, error) };
    throw error;
  }
};

const CALLED = {
  "github-workflow": "workflow",
  "github-action": "action",
  dependabot: "Dependabot configuration",
  gitlab: "pipeline",
} as const;

const nameOf = (file: WorkflowFile): string => {
  const name = "name" in file ? file.name : undefined;
  return name === undefined ? `the ${CALLED[file.dialect]}` : `${CALLED[file.dialect]} ${name}`;
};

/** Workflows and actions of GitHub (Gitea, Forgejo), Dependabot's configuration, GitLab pipelines: by their paths. */
export const workflowKind = Object.freeze<FileKind<"workflow">>({
  kind: "workflow",
  mayBe: isWorkflowPath,
  is: (source) => isWorkflowPath(source.path),
  defaultPath: ".github/workflows/ci.yml",
  read: (sources, settings) => {
    const parsed = sources.map(parse);
    const files = parsed.flatMap(({ file }) => file ?? []);
    return {
      subjects: drained(files).map((file) => ({ source: file.source, name: nameOf(file), spot: head(file.root), settings, file })),
      problems: parsed.flatMap(({ problems }) => problems),
      suppressions: files.flatMap((file) => [...yamlSuppressions(file.source), ...zizmorComments(file)]),
    };
  },
});
