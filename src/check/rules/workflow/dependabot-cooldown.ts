import { get, has, number, spot, type YamlNode } from "../../../source/yaml/index.ts";
import { ciRule, type WorkflowComplaint } from "../../workflow/define.ts";

const DAYS = 7;

const fixOf = (value: YamlNode | undefined, text: string): Pick<WorkflowComplaint, "fix"> =>
  value === undefined ? {} : { fix: { path: value.source.path, edits: [{ offset: value.start, length: value.end - value.start, text }] } };

export const dependabotCooldown = ciRule({
  id: "workflow/dependabot-cooldown",
  aliases: ["zizmor:dependabot-cooldown"],
  of: ["dependabot"],
  severity: "warning",
  summary: "Dependabot waits some days before it proposes a new release.",
  why: "Taken-over packages are mostly found out within days. A pipeline that builds and merges updates within the hour is among the first victims.",
  source: "https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference#cooldown-",
  examples: [
    {
      bad: "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule:\n      interval: daily\n",
      good: "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule:\n      interval: daily\n    cooldown:\n      default-days: 7\n",
    },
  ],
  *check({ file, settings }) {
    const least = settings.workflow?.cooldownDays ?? DAYS;
    for (const { node, ecosystem, spot: at } of file.updates) {
      const days = number(node, "cooldown", "default-days");
      const advice = `Set cooldown: with default-days: ${least}; security updates do not wait for it.`;
      if (!has(node, "cooldown")) yield { at, message: `updates of ${ecosystem} are proposed the moment they are published`, advice };
      else if (days === undefined)
        yield { at: spot(node, "cooldown"), message: `the cooldown of ${ecosystem} has no default-days, which is 0 days`, advice };
      else if (days < least)
        yield {
          at: spot(node, "cooldown", "default-days"),
          severity: "info",
          message: `updates of ${ecosystem} wait ${days} days, less than ${least}`,
          advice,
          ...fixOf(get(node, "cooldown", "default-days"), String(least)),
        };
    }
  },
});
