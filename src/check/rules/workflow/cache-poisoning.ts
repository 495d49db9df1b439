import { constantOf, type Expression, type GithubWorkflow, patternOf, wholeTemplate } from "../../../source/workflow/index.ts";
import { get, has, texts } from "../../../source/yaml/index.ts";
import { CACHING, PUBLISHING } from "../../workflow/caching-actions.ts";
import { type Control, watchedUse } from "../../workflow/control.ts";
import { ciRule } from "../../workflow/define.ts";
import { HASH, inSteps } from "../../workflow/examples.ts";
import { type UsePlace, usesSpot } from "../../workflow/look.ts";

/** What of its triggers makes a workflow one that releases: tags, releases, branches named so. */
const releaseTriggers = ({ triggers }: GithubWorkflow): ReadonlySet<"tag" | "branch" | "release"> => {
  const push = triggers.events.get("push")?.filters;
  const found = new Set<"tag" | "branch" | "release">();
  if (triggers.events.has("release")) found.add("release");
  if (has(push, "tags") || has(push, "tags-ignore")) found.add("tag");
  if (texts(push, "branches").some((branch) => /release/i.test(branch))) found.add("branch");
  return found;
};

/** What a condition comes to on a tag; undefined when that cannot be told. */
const onTag = (expression: Expression): boolean | undefined => {
  if (expression.kind === "not") {
    const inner = onTag(expression.operand);
    return inner === undefined ? undefined : !inner;
  }
  if (expression.kind === "binary" && expression.operator === "&&") {
    const sides = [onTag(expression.left), onTag(expression.right)];
    return sides.includes(undefined) ? undefined : sides.every((side) => side === true);
  }
  if (expression.kind === "call" && expression.name === "startswith") {
    const [context, prefix] = expression.args;
    const isRef = context?.kind === "context" && patternOf(context) === "github.ref";
    return isRef && prefix?.kind === "literal" && String(prefix.value).toLowerCase() === "refs/tags/" ? true : undefined;
  }
  if (expression.kind === "binary" && (expression.operator === "==" || expression.operator === "!=")) {
    const [context, literal] =
      expression.left.kind === "context" ? [expression.left, expression.right] : [expression.right, expression.left];
    const pattern = context.kind === "context" ? patternOf(context) : undefined;
    const known: string | undefined = pattern === "github.ref_type" ? "tag" : pattern === "github.event_name" ? "push" : undefined;
    if (known === undefined || literal.kind !== "literal") return undefined;
    return (String(literal.value).toLowerCase() === known) === (expression.operator === "==");
  }
  const value = constantOf(expression)?.value;
  return typeof value === "boolean" ? value : undefined;
};

/** Whether a template that decides on the cache turns it off where the workflow releases, on tags. */
const isOffOnTags = (control: Control, place: UsePlace): boolean => {
  if (!("input" in control) || !("onWhen" in control)) return false;
  const expression = wholeTemplate(get(place.with, control.input))?.expression;
  const value = expression === undefined ? undefined : onTag(expression);
  return value !== undefined && (control.onWhen === "true" ? !value : control.onWhen === "false" && value);
};

export const cachePoisoning = ciRule({
  id: "workflow/cache-poisoning",
  aliases: ["zizmor:cache-poisoning"],
  of: ["github-workflow"],
  severity: "warning",
  confidence: "likely",
  summary: "What is released is not built from a cache that other runs filled.",
  why: "Any workflow of the default branch may write the cache that a release then restores: whoever got code into one of them once has it in every later release, without a commit.",
  source: "https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching",
  examples: [
    {
      bad: inSteps("- uses: actions/setup-node@v5\n- run: npm publish", "release"),
      good: inSteps("- uses: actions/setup-node@v4\n- run: npm publish", "release"),
    },
    {
      bad: inSteps(`- uses: actions/cache@${HASH} # v4.2.0\n  with: {path: dist, key: dist}\n- run: make publish`, "release"),
      good: inSteps(`- uses: actions/cache@${HASH} # v4.2.0\n  with: {path: dist, key: dist}\n- run: make test`, "pull_request"),
    },
  ],
  *check({ file }) {
    const triggers = releaseTriggers(file);
    for (const job of file.jobs) {
      const places = job.steps.flatMap((step): readonly UsePlace[] =>
        step.uses === undefined ? [] : [{ uses: step.uses, with: step.with, step }],
      );
      const publisher = places.map((place) => watchedUse(PUBLISHING, place)).find((found) => found !== undefined);
      if (triggers.size === 0 && publisher === undefined) continue;
      for (const place of places) {
        const cached = watchedUse(CACHING, place);
        if (cached === undefined) continue;
        if (cached.usage === "maybe" && triggers.size > 0 && !triggers.has("branch") && isOffOnTags(cached.control, place)) continue;
        yield {
          at: usesSpot(place.uses),
          message: `${cached.action} ${cached.usage === "on" ? "restores" : "may restore"} a cache in ${job.id}, ${triggers.size > 0 ? "which runs for releases" : `which publishes with ${publisher?.action ?? ""}`}`,
          advice: "Turn the action's cache off here, or build what is released in a workflow of its own without one.",
          ...(cached.usage === "maybe" ? { confidence: "possible" } : {}),
        };
      }
    }
  },
});
