import { contextsIn, templatesIn, templateSpan } from "../../../source/workflow/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inSteps } from "../../workflow/examples.ts";

export const wholeSecrets = ciRule({
  id: "workflow/whole-secrets",
  aliases: ["zizmor:overprovisioned-secrets"],
  of: ["github-workflow", "github-action"],
  item: "runtime-secrets",
  severity: "error",
  summary: "A job takes the secrets it needs, by name, not all of them.",
  why: "An expression such as toJSON(secrets), or a name that is computed, sends every secret of the repository to the runner: one leak there gives all of them away.",
  source: "https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information",
  examples: [
    {
      bad: inSteps("- run: ./deploy\n  env:\n    ALL: ${{ toJSON(secrets) }}"),
      good: inSteps("- run: ./deploy\n  env:\n    TOKEN: ${{ secrets.DEPLOY_TOKEN }}"),
    },
    {
      bad: inSteps("- run: ./deploy\n  env:\n    TOKEN: ${{ secrets[format('{0}_TOKEN', matrix.target)] }}"),
      good: inSteps("- run: ./deploy\n  env:\n    TOKEN: ${{ secrets['DEPLOY_TOKEN'] }}"),
    },
  ],
  *check({ file }) {
    for (const template of templatesIn(file.root)) {
      if (template.expression === undefined) continue;
      for (const context of contextsIn(template.expression))
        if (context.name === "secrets" && context.path[0]?.kind !== "name")
          yield {
            at: templateSpan(template, context),
            message: `${template.body.slice(context.start, context.end)} takes every secret to the runner`,
            advice: "Name the one secret that is needed: secrets.NAME.",
          };
    }
  },
});
