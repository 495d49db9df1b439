import { type Control, watchedUse, type Watched } from "../../workflow/control.ts";
import { ciRule } from "../../workflow/define.ts";
import { HASH, inSteps } from "../../workflow/examples.ts";
import { usesOf, usesSpot } from "../../workflow/look.ts";

const newest = (input: string, ...words: readonly string[]): Control => ({ input, onWhen: words, unset: "on" });

/** Actions that fetch a program, and the inputs with which they take whatever is newest. */
const TOOLS: readonly Watched[] = [
  { action: "aquasecurity/setup-trivy", control: newest("version", "latest") },
  { action: "1password/load-secrets-action", control: newest("version", "latest") },
  { action: "extractions/setup-just", control: newest("just-version", "*") },
  { action: "extractions/setup-crate", control: newest("version", "*") },
];

export const unpinnedTools = ciRule({
  id: "workflow/unpinned-tools",
  aliases: ["zizmor:unpinned-tools"],
  of: ["github-workflow", "github-action"],
  severity: "warning",
  summary: "An action that fetches a program is told which version.",
  why: "The hash of the action pins only the action: what it downloads is new every day, and runs with the same token and secrets.",
  source: "https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions",
  examples: [
    {
      bad: inSteps(`- uses: aquasecurity/setup-trivy@${HASH} # v0.2.6`),
      good: inSteps(`- uses: aquasecurity/setup-trivy@${HASH} # v0.2.6\n  with:\n    version: v0.69.3`),
    },
  ],
  *check({ file }) {
    for (const place of usesOf(file)) {
      const found = watchedUse(TOOLS, place);
      if (found === undefined) continue;
      const input = "input" in found.control ? found.control.input : "version";
      yield {
        at: usesSpot(place.uses),
        message: `${found.action} fetches ${found.usage === "on" ? "the newest version of its program" : "a version that only the run decides"}`,
        advice: `Set ${input}: to the version that was tested.`,
        ...(found.usage === "maybe" ? { confidence: "possible" } : {}),
      };
    }
  },
});
