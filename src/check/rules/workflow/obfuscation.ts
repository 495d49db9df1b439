import { constantOf, type Expression, expressionsIn, templatesIn, templateSpan } from "../../../source/workflow/index.ts";
import { head } from "../../../source/yaml/index.ts";
import { ciRule, isStrict } from "../../workflow/define.ts";
import { HASH, inSteps } from "../../workflow/examples.ts";
import { repositoryUsesOf, stepsOf, usesSpot } from "../../workflow/look.ts";

/** Parts of a path that change nothing but what a reader or a tool takes it for. */
const oddPart = (text: string): string | undefined =>
  text
    .replace(/@.*$/, "")
    .split("/")
    .slice(2)
    .find((part) => part === "" || part === "." || part === "..");

/** The outermost part that always comes to the same value. A lone literal within a larger expression is none. */
const fixedPart = (expression: Expression): Expression | undefined => {
  if (constantOf(expression) !== undefined) return expression;
  return [...expressionsIn(expression)].find((one) => one.kind !== "literal" && !isList(one) && constantOf(one) !== undefined);
};

/** There is no other way to write a list or an object. */
const isList = (one: Expression): boolean => one.kind === "call" && one.name === "fromjson" && typeof constantOf(one)?.value === "object";

export const obfuscation = ciRule({
  id: "workflow/obfuscation",
  aliases: ["zizmor:obfuscation"],
  of: ["github-workflow", "github-action"],
  severity: "info",
  summary: "A workflow says what it does in the plainest form.",
  why: "A path such as owner/repo/./path, or an expression that always comes to the same text, hides from reviewers and from tools which action runs and what with.",
  source: "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsuses",
  examples: [
    { bad: inSteps(`- uses: github/codeql-action/./init@${HASH} # v3`), good: inSteps(`- uses: github/codeql-action/init@${HASH} # v3`) },
    { bad: inSteps("- run: make ${{ format('{0}-{1}', 'in', 'stall') }}"), good: inSteps("- run: make install") },
  ],
  *check(subject) {
    for (const { uses } of repositoryUsesOf(subject.file)) {
      const odd = oddPart(uses.text);
      if (odd !== undefined)
        yield {
          at: usesSpot(uses),
          message: `the path of ${uses.slug} has ${odd === "" ? "an empty part" : `"${odd}" in it`}`,
          advice: "Write the path of the action and nothing else.",
        };
    }
    for (const { step } of stepsOf(subject.file))
      if (step.uses !== undefined && step.with?.kind === "scalar" && step.with.value !== null)
        yield { at: head(step.with), message: "only the run decides which inputs the action gets", advice: "Write the inputs one by one." };
    for (const template of templatesIn(subject.file.root)) {
      if (template.expression === undefined) continue;
      const fixed = fixedPart(template.expression);
      if (fixed !== undefined)
        yield { at: templateSpan(template, fixed), message: "this always comes to the same value", advice: "Write the value itself." };
      const computed = [...expressionsIn(template.expression)].find(
        (one) => one.kind === "context" && one.path.some((step) => step.kind === "computed" && step.index.kind !== "literal"),
      );
      if (computed !== undefined && isStrict(subject))
        yield {
          at: templateSpan(template, computed),
          message: "which field is read is only known when it runs",
          advice: "Name the field.",
        };
    }
  },
});
