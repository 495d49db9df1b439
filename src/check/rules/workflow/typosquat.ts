import { ciRule } from "../../workflow/define.ts";
import { HASH, inSteps } from "../../workflow/examples.ts";
import { imitated } from "../../workflow/imitated.ts";
import { repositoryUsesOf, usesSpot } from "../../workflow/look.ts";

export const typosquat = ciRule({
  id: "workflow/typosquat",
  aliases: ["zizmor:typosquat-uses"],
  of: ["github-workflow", "github-action"],
  severity: "error",
  confidence: "likely",
  summary: "An action's name is not one slip of the finger away from a well-known one.",
  why: "Anyone may register the owner that a typing error names, and what they publish there runs with this pipeline's token and secrets.",
  source: "https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions",
  examples: [{ bad: inSteps(`- uses: action/checkout@${HASH} # v4.2.2`), good: inSteps(`- uses: actions/checkout@${HASH} # v4.2.2`) }],
  *check({ file }) {
    for (const { uses } of repositoryUsesOf(file)) {
      const meant = imitated(uses.owner, uses.repo);
      if (meant !== undefined)
        yield {
          at: usesSpot(uses),
          message: `${uses.owner}/${uses.repo} looks like ${meant}, of another owner`,
          advice: `Use ${meant}, if that was meant; otherwise say in an ignore who ${uses.owner} is.`,
        };
    }
  },
});
