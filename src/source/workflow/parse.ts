import type { SourceText } from "../../core/index.ts";
import { get, type MappingNode, parseYamlOnce, type Problem, readTrees, text } from "../yaml/index.ts";
import { type Dependabot, readDependabot } from "./github/dependabot.ts";
import { type GithubAction, type GithubWorkflow, readGithubAction, readGithubWorkflow } from "./github/workflow.ts";
import { type GitlabPipeline, readGitlabPipeline } from "./gitlab/pipeline.ts";

export type WorkflowFile = GithubWorkflow | GithubAction | Dependabot | GitlabPipeline;

const PATHS: readonly RegExp[] = [
  /(?:^|\/)\.(?:github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$/,
  /(?:^|\/)action\.ya?ml$/,
  /(?:^|\/)\.github\/dependabot\.ya?ml$/,
  /(?:^|\/)(?:[^/]*\.)?\.?gitlab-ci\.ya?ml$/,
];

/** Whether a path is one that GitHub, Gitea, Forgejo or GitLab reads. */
export const isWorkflowPath = (path: string): boolean => PATHS.some((pattern) => pattern.test(path));

const dialectOf = (path: string, root: MappingNode): WorkflowFile["dialect"] => {
  if (get(root, "updates") !== undefined && text(root, "version") === "2") return "dependabot";
  if (get(root, "runs")?.kind === "mapping" && get(root, "jobs") === undefined) return "github-action";
  if (get(root, "jobs") !== undefined || get(root, "on") !== undefined) return "github-workflow";
  if (/gitlab-ci/.test(path)) return "gitlab";
  if (/(?:^|\/)action\.ya?ml$/.test(path)) return "github-action";
  if (/dependabot\.ya?ml$/.test(path)) return "dependabot";
  return get(root, "name") === undefined ? "gitlab" : "github-workflow";
};

const readers = {
  "github-workflow": readGithubWorkflow,
  "github-action": readGithubAction,
  dependabot: readDependabot,
  gitlab: readGitlabPipeline,
} as const;

/** A tag that GitLab reads; other programs would take it for an error. */
const isReference = (problem: Problem): boolean => problem.message.includes("YAML tag !reference");

export interface ParsedWorkflow {
  /** Undefined for a text that says nothing. */
  readonly file: WorkflowFile | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Reads a workflow, an action, Dependabot's configuration or a GitLab pipeline: which of them, its keys tell.
 * @throws INPUT_INVALID with all syntax errors at line and column; INPUT_TOO_LARGE over 1 MiB, 64 levels or 100,000 values.
 */
export const parseWorkflow = (source: SourceText): ParsedWorkflow => {
  const { trees, problems } = readTrees(parseYamlOnce(source));
  // A GitLab component begins with a document of its inputs.
  const root = trees.findLast((tree): tree is MappingNode => tree.kind === "mapping");
  if (root === undefined) return { file: undefined, problems };
  const file = readers[dialectOf(source.path, root)](source, root);
  return { file, problems: file.dialect === "gitlab" ? problems.filter((problem) => !isReference(problem)) : problems };
};
