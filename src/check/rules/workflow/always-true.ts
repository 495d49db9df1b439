import type { Condition } from "../../../source/workflow/index.ts";
import { conditionsOf } from "../../workflow/conditions.ts";
import { ciRule, type WorkflowComplaint } from "../../workflow/define.ts";
import { inSteps } from "../../workflow/examples.ts";

/** Only the line end that a block scalar keeps stands beside the fence: `|-` takes it away. */
const fixOf = ({ node }: Condition): Pick<WorkflowComplaint, "fix"> => {
  const header = /^[|>]/.exec(node.source.text.slice(node.start));
  if (header === null || !/^\s*\$\{\{[^}]*\}\}\n+$/.test(node.text) || /^[|>][-+\d]/.test(node.source.text.slice(node.start))) return {};
  return { fix: { path: node.source.path, edits: [{ offset: node.start + 1, length: 0, text: "-" }] } };
};

export const alwaysTrue = ciRule({
  id: "workflow/always-true",
  aliases: ["zizmor:unsound-condition", "actionlint:if-cond"],
  of: ["github-workflow", "github-action"],
  severity: "error",
  summary: "A condition in a fence has nothing beside it.",
  why: "Whatever stands outside of ${{ }}, be it the line end of a block, makes a text of the condition, and every text is true: the step always runs, the deployment from branches too.",
  source: "https://github.com/rhysd/actionlint/blob/main/docs/checks.md#if-cond-always-true",
  examples: [
    {
      bad: inSteps("- run: ./deploy\n  if: |\n    ${{ github.ref == 'refs/heads/main' }}"),
      good: inSteps("- run: ./deploy\n  if: |-\n    ${{ github.ref == 'refs/heads/main' }}"),
    },
    {
      bad: inSteps("- run: ./deploy\n  if: ${{ github.event_name == 'push' }} && ${{ github.ref == 'refs/heads/main' }}"),
      good: inSteps("- run: ./deploy\n  if: github.event_name == 'push' && github.ref == 'refs/heads/main'"),
    },
  ],
  *check({ file }) {
    for (const { condition, name } of conditionsOf(file))
      if (condition.alwaysTrue)
        yield {
          at: condition.spanOf(),
          message: `the condition of ${name} is always true: something stands beside the fence`,
          advice: "Write the condition without a fence, or end the block with |- so that no line end is left.",
          ...fixOf(condition),
        };
  },
});
