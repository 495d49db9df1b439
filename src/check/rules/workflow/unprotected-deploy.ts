import type { GitlabJob } from "../../../source/workflow/index.ts";
import { get, head, items, spot, text, texts, type YamlNode } from "../../../source/yaml/index.ts";
import { ciRule } from "../../workflow/define.ts";

const PRODUCTION = /^(?:prod(?:uction)?|live)(?:$|[/_-])/i;
const NARROW = /CI_COMMIT_(?:BRANCH|TAG|REF_NAME|REF_PROTECTED)|CI_DEFAULT_BRANCH|PROTECTED/;

const environmentOf = (node: YamlNode | undefined): string | undefined => text(node?.kind === "mapping" ? get(node, "name") : node);

/** Whether the job only runs on some branches or tags, or when a person starts it. */
const isGuarded = (job: GitlabJob, workflow: YamlNode | undefined): boolean => {
  const rules = [...items(job.keyword("rules")), ...items(workflow, "rules")];
  const only = job.keyword("only");
  const refs = only?.kind === "mapping" ? texts(only, "refs") : texts(only);
  return (
    text(job.keyword("when")) === "manual" ||
    (rules.length > 0 &&
      rules.every((rule) => NARROW.test(text(rule, "if") ?? "") || ["manual", "never"].includes(text(rule, "when") ?? ""))) ||
    (refs.length > 0 && !refs.some((ref) => ref === "branches" || ref === "merge_requests" || ref === "pushes"))
  );
};

export const unprotectedDeploy = ciRule({
  id: "workflow/unprotected-deploy",
  aliases: [],
  of: ["gitlab"],
  severity: "error",
  confidence: "likely",
  summary: "A job that deploys to production runs from protected branches or tags, or when a person starts it.",
  why: "Without rules: the job runs for every branch: any push to any branch is live minutes later.",
  source: "https://docs.gitlab.com/ci/environments/protected_environments/",
  examples: [
    {
      bad: "deploy:\n  script: ./deploy\n  environment: production\n",
      good: "deploy:\n  script: ./deploy\n  environment: production\n  rules:\n    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n",
    },
  ],
  *check({ file }) {
    for (const job of file.jobs) {
      const environment = job.keyword("environment");
      const name = environmentOf(environment);
      if (job.isTemplate || name === undefined || !PRODUCTION.test(name) || isGuarded(job, get(file.root, "workflow"))) continue;
      yield {
        at: get(job.node, "environment") === undefined ? head(job.key) : spot(job.node, "environment"),
        message: `${job.name} deploys to ${name} from branches that nobody protects`,
        advice:
          "Add rules: with if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH or $CI_COMMIT_TAG, or when: manual, and protect the environment.",
      };
    }
  },
});
