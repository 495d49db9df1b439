import { spot, text } from "../../../source/yaml/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { HASH } from "../../workflow/examples.ts";

const calling = (secrets: string): string =>
  `name: ci\non: push\npermissions: {}\njobs:\n  deploy:\n    uses: acme/ci/.github/workflows/deploy.yml@${HASH}\n    secrets: ${secrets}\n`;

export const secretsInherited = ciRule({
  id: "workflow/secrets-inherited",
  aliases: ["zizmor:secrets-inherit"],
  of: ["github-workflow"],
  item: "runtime-secrets",
  severity: "warning",
  summary: "A called workflow is given the secrets it needs, by name.",
  why: "With secrets: inherit a call hands over every secret of the repository and its organisation, those that are added next year too.",
  source: "https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows#passing-inputs-and-secrets-to-a-reusable-workflow",
  examples: [{ bad: calling("inherit"), good: calling("{token: '${{ secrets.DEPLOY_TOKEN }}'}") }],
  *check({ file }) {
    for (const job of file.jobs)
      if (text(job.node, "secrets") === "inherit")
        yield {
          at: spot(job.node, "secrets"),
          message: `${job.id} hands all secrets to ${job.uses?.text ?? "the workflow that it calls"}`,
          advice: "List under secrets: those that the called workflow declares.",
        };
  },
});
