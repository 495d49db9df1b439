import {
  type Binary,
  constantOf,
  type Expression,
  expressionsIn,
  isTruthy,
  templatesIn,
  templateSpan,
} from "../../../source/workflow/index.ts";
import { conditionsOf } from "../../workflow/conditions.ts";
import { ciRule } from "../../workflow/define.ts";
import { inSteps } from "../../workflow/examples.ts";

const isOr = (one: Expression): one is Binary => one.kind === "binary" && one.operator === "||" && constantOf(one) === undefined;

const operands = (one: Expression): readonly Expression[] => (isOr(one) ? [...operands(one.left), ...operands(one.right)] : [one]);

/** `a && b || c` where b is false: then c is the result whatever a is. */
function* lostValues(expression: Expression): Generator<Expression> {
  const seen = new Set<Expression>();
  for (const one of expressionsIn(expression)) {
    if (!isOr(one)) continue;
    for (const operand of operands(one).slice(0, -1)) {
      if (operand.kind !== "binary" || operand.operator !== "&&" || constantOf(operand) !== undefined || seen.has(operand)) continue;
      seen.add(operand);
      const value = constantOf(operand.right);
      if (value !== undefined && !isTruthy(value)) yield operand.right;
    }
  }
}

export const unsoundTernary = ciRule({
  id: "workflow/unsound-ternary",
  aliases: ["zizmor:unsound-ternary"],
  of: ["github-workflow", "github-action"],
  severity: "warning",
  summary: "In a && b || c the value b is one that counts as true.",
  why: "Where b is '', 0 or false the expression goes on to c: the condition decides nothing, and the step gets the value that was meant for the other case.",
  source: "https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#operators",
  examples: [
    {
      bad: inSteps("- run: make\n  env:\n    FLAGS: ${{ github.event_name == 'push' && '' || '--dry-run' }}"),
      good: inSteps("- run: make\n  env:\n    FLAGS: ${{ github.event_name != 'push' && '--dry-run' || '' }}"),
    },
  ],
  *check({ file }) {
    const message = "this value counts as false, so the one behind || is always taken";
    const advice = "Turn the condition round, so that the value behind && is not empty.";
    for (const template of templatesIn(file.root))
      for (const value of template.expression === undefined ? [] : lostValues(template.expression))
        yield { at: templateSpan(template, value), message, advice };
    for (const { condition } of conditionsOf(file))
      if (!condition.node.text.includes("${{") && condition.expression !== undefined)
        for (const value of lostValues(condition.expression)) yield { at: condition.spanOf(value), message, advice, peers: [] };
  },
});
