import { scriptOf, spanWithin } from "../../../source/workflow/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inRun } from "../../workflow/examples.ts";
import { scriptsOf } from "../../workflow/look.ts";

export const scriptSyntax = ciRule({
  id: "workflow/script-syntax",
  aliases: ["actionlint:shellcheck"],
  of: ["github-workflow", "github-action"],
  severity: "error",
  confidence: "likely",
  summary: "Scripts of steps are ones that the shell can read.",
  why: "A quote or a done that is missing shows only when the step runs, which for a release may be once a month, and then halfway through.",
  source: "https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html",
  examples: [{ bad: inRun('if [ -f a ]; then\n  echo "yes"'), good: inRun('if [ -f a ]; then\n  echo "yes"\nfi') }],
  *check({ file }) {
    for (const { script, shell, name } of scriptsOf(file)) {
      const first = scriptOf(script, shell).problems.find(({ isLimit }) => isLimit !== true);
      if (first !== undefined)
        yield {
          at: spanWithin(script, first.at, first.at + 1),
          message: `the script of ${name} cannot be read: ${first.message}`,
          advice: "Correct the script; run it through sh -n.",
        };
    }
  },
});
