import { type Cataloger, MIB } from "../cataloger.ts";
import { packagesMatching } from "../match-lines.ts";

const USES =
  /^[ \t]*(?:-\s+)?["']?uses["']?:\s*["']?(?<namespace>[\w.-]{1,100})\/(?<name>[\w./-]{1,300})@(?<version>[\w./-]{1,200})["']?\s*(?:#.{0,300})?$/gm;

/** Actions and workflows of others that GitHub's workflows use (docs.github.com/actions). */
export const workflowActions: Cataloger = {
  name: "workflow-actions",
  scope: "declared",
  reads: ".github/workflows/*.yml, action.yml",
  endings: ["yml", "yaml"],
  isMine: (path) => /(?:^|\/)(?:\.github\/workflows\/[^/]+|action)\.ya?ml$/.test(path),
  maxBytes: MIB,
  read: (content) => ({ packages: packagesMatching(content.toString("utf8"), USES, "github") }),
};
