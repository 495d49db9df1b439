import { expressionsIn, patternOf, type Context, type Expression } from "../../../source/workflow/index.ts";
import { conditionsOf } from "../../workflow/conditions.ts";
import { ciRule } from "../../workflow/define.ts";
import { inSteps } from "../../workflow/examples.ts";

/** Contexts whose text others choose: `m` is contained in `main`. */
const CHOSEN = /^(?:env|inputs)\b|^github\.(?:actor|base_ref|head_ref|ref|ref_name|sha|triggering_actor)$/;

const asked = (one: Expression): Context | undefined => {
  if (one.kind !== "call" || one.name !== "contains") return undefined;
  const [where, what] = one.args;
  return where?.kind === "literal" && typeof where.value === "string" && what?.kind === "context" ? what : undefined;
};

export const unsoundContains = ciRule({
  id: "workflow/unsound-contains",
  aliases: ["zizmor:unsound-contains"],
  of: ["github-workflow", "github-action"],
  severity: "error",
  summary: "A condition looks with contains() into a list, not into a text that lists names.",
  why: "A branch called m, or main refs, is contained in 'main,production' as well: whoever may name one passes the condition.",
  source: "https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#contains",
  examples: [
    {
      bad: inSteps("- run: ./deploy\n  if: contains('main,production', github.ref_name)"),
      good: inSteps(`- run: ./deploy\n  if: contains(fromJSON('["main","production"]'), github.ref_name)`),
    },
  ],
  *check({ file }) {
    for (const { condition, name } of conditionsOf(file))
      for (const one of condition.expression === undefined ? [] : expressionsIn(condition.expression)) {
        const context = asked(one);
        if (context !== undefined)
          yield {
            at: condition.spanOf(one),
            ...(CHOSEN.test(patternOf(context) ?? "") ? {} : { severity: "info" }),
            message: `${name} is let through by any part of the text that it looks into`,
            advice: `Look into a list: contains(fromJSON('["a","b"]'), ...).`,
          };
      }
  },
});
