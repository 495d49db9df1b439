import { templatesOf, usesMatches } from "../../../source/workflow/index.ts";
import { entries, get, has, spot, text } from "../../../source/yaml/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { HASH, inSteps } from "../../workflow/examples.ts";
import { stepsOf, usesSpot } from "../../workflow/look.ts";

/** Permissions about an organisation, which no list of repositories narrows. */
const OF_ORGANISATION =
  /^permission-(?:members|organization-[\w-]+|team-discussions|emails|followers|git-ssh-keys|gpg-keys|interaction-limits|profile|starring)$/;

const token = (inputs: string): string =>
  inSteps(
    `- uses: actions/create-github-app-token@${HASH} # v3.1.1\n  with:\n    app-id: \${{ vars.APP }}\n    private-key: \${{ secrets.KEY }}\n${inputs}`,
  );

export const githubAppToken = ciRule({
  id: "workflow/github-app-token",
  aliases: ["zizmor:github-app"],
  of: ["github-workflow", "github-action"],
  severity: "warning",
  summary: "A token of a GitHub App reaches the repositories and rights that the job needs, and ends with the job.",
  why: "Without limits the token may do all that the app may, in every repository where it is installed, and left unrevoked it works for an hour after the job.",
  source: "https://github.com/actions/create-github-app-token#inputs",
  examples: [
    {
      bad: token("    owner: acme\n    permission-contents: read"),
      good: token("    owner: acme\n    repositories: shop\n    permission-contents: read"),
    },
    { bad: token("    repositories: shop"), good: token("    repositories: shop\n    permission-contents: read") },
  ],
  *check({ file }) {
    for (const { step } of stepsOf(file)) {
      if (step.uses?.kind !== "repository" || !usesMatches(step.uses, "actions/create-github-app-token")) continue;
      if (step.with?.kind === "scalar" && step.with.value !== null) continue;
      const at = usesSpot(step.uses);
      const inputs = step.with ?? step.node;
      const rights = entries(step.with).flatMap(([name]) => (name.startsWith("permission-") ? [name] : []));
      const kept = get(step.with, "skip-token-revoke");
      if (text(kept)?.toLowerCase() === "true" || templatesOf(kept).length > 0)
        yield {
          at: spot(inputs, "skip-token-revoke"),
          ...(templatesOf(kept).length > 0 ? { confidence: "possible" } : {}),
          message: "the token outlives the job",
          advice: "Remove skip-token-revoke.",
        };
      const isOfOrganisation = rights.length > 0 && rights.every((name) => OF_ORGANISATION.test(name));
      if (has(step.with, "owner") && !has(step.with, "repositories") && !isOfOrganisation)
        yield {
          at: spot(inputs, "owner"),
          message: "the token reaches every repository of its owner",
          advice: "List under repositories: those that the job works on.",
        };
      if (rights.length === 0)
        yield { at, message: "the token may do all that the app may", advice: "Set permission-<name>: for what the job needs." };
    }
  },
});
