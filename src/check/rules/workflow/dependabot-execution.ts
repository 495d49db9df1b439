import { get, spot, text } from "../../../source/yaml/index.ts";
import { ciRule } from "../../workflow/define.ts";

export const dependabotExecution = ciRule({
  id: "workflow/dependabot-execution",
  aliases: ["zizmor:dependabot-execution"],
  of: ["dependabot"],
  severity: "error",
  summary: "Dependabot does not run code of the packages that it updates.",
  why: "With insecure-external-code-execution a package's own scripts run while the update is made, with Dependabot's access to private registries.",
  source:
    "https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference#insecure-external-code-execution--",
  examples: [
    {
      bad: "version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n    insecure-external-code-execution: allow\n",
      good: "version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n",
    },
  ],
  *check({ file }) {
    for (const { node, ecosystem } of file.updates) {
      const value = get(node, "insecure-external-code-execution");
      if (value !== undefined && text(value) === "allow")
        yield {
          at: spot(node, "insecure-external-code-execution"),
          message: `updates of ${ecosystem} run code of the new packages`,
          advice: "Remove insecure-external-code-execution, or set it to deny.",
          fix: { path: value.source.path, edits: [{ offset: value.start, length: value.end - value.start, text: "deny" }] },
        };
    }
  },
});
