import { type RepositoryUses, usesMatches } from "../../../source/workflow/index.ts";
import { has, spot, text } from "../../../source/yaml/index.ts";
import type { WorkflowSettings } from "../../../project/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { HASH, inSteps } from "../../workflow/examples.ts";
import { repositoryUsesOf, usesSpot } from "../../workflow/look.ts";

/** The longest pattern that means it decides: a part of a repository before the whole, the whole before its owner. */
const demanded = (uses: RepositoryUses, pins: WorkflowSettings["pins"] = {}): "hash" | "ref" | "any" => {
  const [closest] = Object.keys(pins)
    .filter((pattern) => usesMatches(uses, pattern))
    .toSorted((a, b) => b.length - a.length);
  return (closest === undefined ? undefined : pins[closest]) ?? "hash";
};

export const unpinnedUses = ciRule({
  id: "workflow/unpinned-uses",
  aliases: ["zizmor:unpinned-uses", "kics:unpinned_actions_full_length_commit_sha"],
  of: ["github-workflow", "github-action", "gitlab"],
  severity: "warning",
  summary: "Actions and workflows of others are used at a commit's full hash.",
  why: "A tag or branch can be moved to other code by whoever gets hold of the repository, as happened to tj-actions/changed-files in March 2025: the next run executes it with this pipeline's secrets.",
  source: "https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions",
  examples: [
    { bad: inSteps("- uses: docker/login-action@v3"), good: inSteps(`- uses: docker/login-action@${HASH} # v3.3.0`) },
    {
      bad: "include:\n  - project: acme/ci\n    file: deploy.yml\nbuild:\n  script: make\n",
      good: `include:\n  - project: acme/ci\n    ref: ${HASH}\n    file: deploy.yml\nbuild:\n  script: make\n`,
    },
  ],
  *check({ file, settings }) {
    for (const { uses } of repositoryUsesOf(file)) {
      const demand = demanded(uses, settings.workflow?.pins);
      if (uses.pin === "hash" || demand === "any" || (demand === "ref" && uses.pin === "ref")) continue;
      yield {
        at: usesSpot(uses),
        message: uses.pin === "none" ? `${uses.text} names no version at all` : `${uses.text} can be moved to other code by its owner`,
        advice: `Write the full hash of the commit that ${uses.ref ?? "you want"} stands for, and the version in a comment behind it.`,
        // KICS trusts GitHub's own.
        ...(uses.owner.toLowerCase() === "actions" ? { peers: ["zizmor:unpinned-uses"] } : {}),
      };
    }
    if (file.dialect !== "gitlab") return;
    for (const include of file.includes) {
      const from = text(include, "project") ?? text(include, "remote");
      const isPinned = /^[\da-f]{40}$/i.test(text(include, "ref") ?? "") || has(include, "integrity");
      if (from !== undefined && !isPinned)
        yield {
          at: spot(include, has(include, "project") ? "project" : "remote"),
          message: `what is included from ${from} can change without a change here`,
          advice: has(include, "project") ? "Set ref: to a commit's full hash." : "Set integrity: to the file's sha256.",
        };
    }
  },
});
