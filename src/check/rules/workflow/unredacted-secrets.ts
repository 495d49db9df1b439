import { contextsIn, expressionsIn, templatesIn, templateSpan } from "../../../source/workflow/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inSteps } from "../../workflow/examples.ts";

export const unredactedSecrets = ciRule({
  id: "workflow/unredacted-secrets",
  aliases: ["zizmor:unredacted-secrets"],
  of: ["github-workflow", "github-action"],
  item: "runtime-secrets",
  severity: "warning",
  summary: "A secret is used as it is kept, not taken apart.",
  why: "The log hides the secret's whole text. A field of it, read with fromJSON, is another text and is shown to everyone who can read the log.",
  source: "https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information",
  examples: [
    {
      bad: inSteps("- run: ./deploy\n  env:\n    TOKEN: ${{ fromJSON(secrets.LOGIN).token }}"),
      good: inSteps("- run: ./deploy\n  env:\n    TOKEN: ${{ secrets.LOGIN_TOKEN }}"),
    },
  ],
  *check({ file }) {
    for (const template of templatesIn(file.root))
      for (const part of template.expression === undefined ? [] : expressionsIn(template.expression))
        if (part.kind === "call" && part.name === "fromjson" && contextsIn(part).some(({ name }) => name === "secrets"))
          yield {
            at: templateSpan(template, part),
            message: "fields of a secret are not hidden in the log",
            advice: "Keep each field as a secret of its own.",
            // zizmor does not look into arguments that are calculated.
            ...(part.args.some((arg) => arg.kind === "context" && arg.name === "secrets") ? {} : { peers: [] }),
          };
  },
});
