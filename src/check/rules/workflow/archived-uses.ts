import { ARCHIVED } from "../../workflow/archived-actions.ts";
import { ciRule } from "../../workflow/define.ts";
import { HASH, inSteps } from "../../workflow/examples.ts";
import { repositoryUsesOf, usesSpot } from "../../workflow/look.ts";

export const archivedUses = ciRule({
  id: "workflow/archived-uses",
  aliases: ["zizmor:archived-uses"],
  of: ["github-workflow", "github-action"],
  severity: "warning",
  summary: "Actions are ones that somebody still maintains.",
  why: "An archived repository takes no report and publishes no fix: a hole found in the action, or in what it bundles, stays open in every run.",
  source: "https://docs.github.com/en/repositories/archiving-a-github-repository/archiving-repositories",
  examples: [{ bad: inSteps(`- uses: actions/setup-ruby@${HASH} # v1.1.3`), good: inSteps(`- uses: ruby/setup-ruby@${HASH} # v1.267.0`) }],
  *check({ file }) {
    for (const { uses } of repositoryUsesOf(file))
      if (ARCHIVED.has(uses.slug))
        yield {
          at: usesSpot(uses),
          message: `${uses.owner}/${uses.repo} is archived`,
          advice: "Replace it by a maintained action, or by a command in a script.",
        };
  },
});
