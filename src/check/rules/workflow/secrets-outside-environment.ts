import { contextsIn, patternOf, templatesIn, templateSpan } from "../../../source/workflow/index.ts";
import { has } from "../../../source/yaml/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inJob } from "../../workflow/examples.ts";

const deploy = "steps:\n  - run: ./deploy\n    env:\n      TOKEN: ${{ secrets.DEPLOY_TOKEN }}";

export const secretsOutsideEnvironment = ciRule({
  id: "workflow/secrets-outside-environment",
  aliases: ["zizmor:secrets-outside-env"],
  of: ["github-workflow"],
  item: "runtime-secrets",
  profile: "strict",
  severity: "info",
  summary: "Secrets belong to an environment, which says who may use them and from where.",
  why: "A secret of the repository is there for every workflow on every branch: whoever may push a branch can read it. One of an environment waits for the branch rules and reviewers of that environment.",
  source: "https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments",
  examples: [{ bad: inJob(deploy), good: inJob(`environment: production\n${deploy}`) }],
  *check({ file, settings }) {
    // Environments of a called workflow are its caller's matter.
    if (file.triggers.events.has("workflow_call")) return;
    const open = new Set(["github_token", ...(settings.workflow?.openSecrets ?? [])].map((name) => name.toLowerCase()));
    for (const job of file.jobs) {
      if (has(job.node, "environment") || job.uses !== undefined) continue;
      for (const template of templatesIn(job.node))
        for (const context of template.expression === undefined ? [] : contextsIn(template.expression)) {
          const name = patternOf(context)?.replace(/^secrets\.?/, "");
          if (context.name === "secrets" && !open.has(name ?? ""))
            yield {
              at: templateSpan(template, context),
              message: `${job.id} uses ${name === undefined || name === "" ? "secrets" : `the secret ${name.toUpperCase()}`} without an environment`,
              advice: "Set environment: on the job, and keep the secret there.",
            };
        }
    }
  },
});
