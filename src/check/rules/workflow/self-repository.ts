import { ciRule } from "../../workflow/define.ts";
import { inSteps } from "../../workflow/examples.ts";
import { usesOf, usesSpot } from "../../workflow/look.ts";

export const selfRepository = ciRule({
  id: "workflow/self-repository",
  aliases: ["zizmor:self-repository"],
  of: ["github-workflow", "github-action"],
  severity: "info",
  summary: "Actions of the same repository are taken from the workflow's own commit: $/path.",
  why: "What ./path names is whatever lies in the working tree by then: a step that checked out a stranger's branch, or unpacked an artifact, has put another action there.",
  source: "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsuses",
  examples: [{ bad: inSteps("- uses: ./.github/actions/build"), good: inSteps("- uses: $/.github/actions/build") }],
  *check({ file, source }) {
    for (const { uses, step } of usesOf(file)) {
      if (uses.kind !== "local" || uses.form !== "workspace") continue;
      const at = usesSpot(uses);
      yield {
        at,
        message: `${uses.path} is ${step === undefined ? "named as if it lay in" : "read from"} the working tree`,
        advice: `Write $${uses.path.slice(1)}, which is the workflow's own commit.`,
        ...(uses.path.startsWith("./") ? { fix: { path: source.path, edits: [{ offset: at.start, length: 1, text: "$" }] } } : {}),
      };
    }
  },
});
