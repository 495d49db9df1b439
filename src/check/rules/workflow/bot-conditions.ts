import { expressionsIn, patternOf, type Expression } from "../../../source/workflow/index.ts";
import { conditionsOf } from "../../workflow/conditions.ts";
import { ciRule } from "../../workflow/define.ts";
import { inSteps } from "../../workflow/examples.ts";

/** Who acted last, which need not be who wrote what the run is about. */
const NAMES = new Set(["github.actor", "github.triggering_actor", "github.event.pull_request.sender.login", "github.event.sender.login"]);
const IDS = new Set(["github.actor_id", "github.event.pull_request.sender.id", "github.event.sender.id"]);
/** Dependabot and Renovate, as users and as apps. */
const BOT_IDS = new Set(["29110", "49699333", "27856297", "29139614", "2740"]);

const isBotCheck = (one: Expression): boolean => {
  if (one.kind !== "binary" || one.operator !== "==") return false;
  const [context, literal] = one.left.kind === "context" ? [one.left, one.right] : [one.right, one.left];
  if (context.kind !== "context" || literal.kind !== "literal") return false;
  const pattern = patternOf(context) ?? "";
  const value = String(literal.value);
  return (NAMES.has(pattern) && value.toLowerCase().endsWith("[bot]")) || (IDS.has(pattern) && BOT_IDS.has(value));
};

export const botConditions = ciRule({
  id: "workflow/bot-conditions",
  aliases: ["zizmor:bot-conditions"],
  of: ["github-workflow"],
  severity: "error",
  confidence: "likely",
  summary: "Whether a bot wrote a pull request is asked of the pull request, not of who acted last.",
  why: "The context github.actor is whoever caused the event: a stranger who gets the bot to act on their own pull request, by a rebase or a merge, passes for the bot, and the workflow approves or merges.",
  source: "https://www.synacktiv.com/publications/github-actions-exploitation-dependabot",
  examples: [
    {
      bad: inSteps("- run: gh pr merge --auto\n  if: github.actor == 'dependabot[bot]'", "pull_request_target"),
      good: inSteps("- run: gh pr merge --auto\n  if: github.event.pull_request.user.login == 'dependabot[bot]'", "pull_request_target"),
    },
  ],
  *check({ file }) {
    if (!file.triggers.events.has("pull_request_target")) return;
    for (const { condition, name } of conditionsOf(file)) {
      const check = condition.expression === undefined ? undefined : [...expressionsIn(condition.expression)].find(isBotCheck);
      if (check !== undefined)
        yield {
          at: condition.spanOf(check),
          message: `${name} trusts whoever acted last to be the bot`,
          advice: "Compare github.event.pull_request.user.login, who opened the pull request.",
        };
    }
  },
});
