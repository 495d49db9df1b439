import { type RepositoryUses, usesMatches } from "../../../source/workflow/index.ts";
import type { WorkflowSettings } from "../../../project/index.ts";
import { ciRule, isStrict } from "../../workflow/define.ts";
import { HASH, inSteps } from "../../workflow/examples.ts";
import { repositoryUsesOf, usesSpot } from "../../workflow/look.ts";

/** What the runner's own programs do as well; `strict` where they do it less comfortably. */
const OWN_MEANS: Readonly<Record<string, { readonly instead: string; readonly strict?: true }>> = {
  "ncipollo/release-action": { instead: "gh release create" },
  "softprops/action-gh-release": { instead: "gh release create" },
  "elgohr/github-release-action": { instead: "gh release create" },
  "svenstaro/upload-release-action": { instead: "gh release upload" },
  "dacbd/create-issue-action": { instead: "gh issue create" },
  "actions-ecosystem/action-add-labels": { instead: "gh issue edit --add-label" },
  "actions-ecosystem/action-remove-labels": { instead: "gh issue edit --remove-label" },
  "addnab/docker-run-action": { instead: "docker run" },
  "sergeysova/jq-action": { instead: "jq" },
  "peter-evans/create-pull-request": { instead: "gh pr create", strict: true },
  "peter-evans/create-or-update-comment": { instead: "gh pr comment", strict: true },
  "dtolnay/rust-toolchain": { instead: "rustup", strict: true },
};

const forbidden = (uses: RepositoryUses, { allowedActions, deniedActions }: WorkflowSettings): string | undefined => {
  if (deniedActions?.some((pattern) => usesMatches(uses, pattern)) === true) return "is among the denied actions";
  return allowedActions?.some((pattern) => usesMatches(uses, pattern)) === false ? "is not among the allowed actions" : undefined;
};

export const unneededUses = ciRule({
  id: "workflow/unneeded-uses",
  aliases: ["zizmor:forbidden-uses", "zizmor:superfluous-actions"],
  of: ["github-workflow", "github-action"],
  severity: "info",
  summary: "No action is used that the project forbids, or whose work the runner's own programs do.",
  why: "Each action is somebody else's code with this pipeline's token: the fewer, the smaller the chance that one of them is taken over.",
  source: "https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions",
  examples: [{ bad: inSteps(`- uses: sergeysova/jq-action@${HASH} # v2.3.0`), good: inSteps("- run: jq -r .version package.json") }],
  *check(subject) {
    for (const { uses, step } of repositoryUsesOf(subject.file)) {
      const objection = forbidden(uses, subject.settings.workflow ?? {});
      if (objection !== undefined)
        yield {
          at: usesSpot(uses),
          severity: "error",
          message: `${uses.slug} ${objection}`,
          advice: "Remove it, or have it allowed in the settings.",
          peers: ["zizmor:forbidden-uses"],
        };
      const own = OWN_MEANS[uses.slug];
      if (own !== undefined && uses.path === "" && step !== undefined && (own.strict !== true || isStrict(subject)))
        yield {
          at: usesSpot(uses),
          message: `${uses.slug} does what ${own.instead} on the runner does`,
          advice: `Use ${own.instead} in a script.`,
          peers: ["zizmor:superfluous-actions"],
        };
    }
  },
});
