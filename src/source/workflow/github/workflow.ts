import type { SourceText } from "../../../core/index.ts";
import { entries, get, items, type MappingNode, text, type YamlNode } from "../../yaml/index.ts";
import { type Job, readJob } from "./job.ts";
import { type Permissions, readPermissions } from "./permissions.ts";
import { readStep, type Step } from "./step.ts";
import { readTriggers, type Triggers } from "./triggers.ts";

interface Written {
  readonly source: SourceText;
  readonly root: MappingNode;
}

/** A workflow of GitHub Actions (and of Gitea and Forgejo, which read the same form). */
export interface GithubWorkflow extends Written {
  readonly dialect: "github-workflow";
  readonly name: string | undefined;
  readonly triggers: Triggers;
  readonly permissions: Permissions;
  readonly env: YamlNode | undefined;
  readonly jobs: readonly Job[];
}

/** An `action.yml`: composite, docker or of a Node version. */
export interface GithubAction extends Written {
  readonly dialect: "github-action";
  readonly name: string | undefined;
  readonly using: string | undefined;
  readonly steps: readonly Step[];
  /** `docker://image` of a docker action; undefined for a Dockerfile of its own. */
  readonly image: YamlNode | undefined;
}

export const readGithubWorkflow = (source: SourceText, root: MappingNode): GithubWorkflow => ({
  dialect: "github-workflow",
  source,
  root,
  name: text(root, "name"),
  triggers: readTriggers(root),
  permissions: readPermissions(root),
  env: get(root, "env"),
  jobs: entries(root, "jobs").flatMap(([id, { key, value }]) => (value.kind === "mapping" ? [readJob(id, key, value, root)] : [])),
});

export const readGithubAction = (source: SourceText, root: MappingNode): GithubAction => {
  const image = get(root, "runs", "image");
  return {
    dialect: "github-action",
    source,
    root,
    name: text(root, "name"),
    using: text(root, "runs", "using")?.toLowerCase(),
    steps: items(root, "runs", "steps").flatMap((step, index) =>
      step.kind === "mapping" ? [readStep(step, index, { name: "bash" })] : [],
    ),
    image: text(image)?.startsWith("docker://") === true ? image : undefined,
  };
};
