import { compareVersions } from "../../../source/workflow/index.ts";
import { ADVISORIES } from "../../workflow/advisories.ts";
import { versionOf } from "../../workflow/control.ts";
import { ciRule } from "../../workflow/define.ts";
import { HASH, inSteps } from "../../workflow/examples.ts";
import { repositoryUsesOf, usesSpot } from "../../workflow/look.ts";

export const knownVulnerableUses = ciRule({
  id: "workflow/known-vulnerable-uses",
  aliases: ["zizmor:known-vulnerable-actions"],
  of: ["github-workflow", "github-action"],
  severity: "error",
  confidence: "likely",
  summary: "Actions are used in versions without a known, grave hole.",
  why: "The hole is public, and so is the workflow: whoever opens a pull request may know how to run code in it, or the action itself gave its callers' secrets away.",
  source: "https://github.com/advisories?query=ecosystem%3Aactions",
  examples: [{ bad: inSteps("- uses: tj-actions/changed-files@v45"), good: inSteps(`- uses: tj-actions/changed-files@${HASH} # v47.0.0`) }],
  *check({ file, settings }) {
    for (const { uses } of repositoryUsesOf(file)) {
      const version = versionOf(uses);
      if (version === undefined) continue;
      for (const { id, action, before, from, what } of ADVISORIES) {
        if (uses.slug !== action || compareVersions(version, before) >= 0 || (from !== undefined && compareVersions(version, from) < 0))
          continue;
        if (settings.workflow?.acceptedAdvisories?.includes(id) === true) continue;
        yield {
          at: usesSpot(uses),
          message: `${uses.slug} ${version.join(".")} ${what} (${id})`,
          advice: `Use ${before.join(".")} or later.`,
        };
      }
    }
  },
});
