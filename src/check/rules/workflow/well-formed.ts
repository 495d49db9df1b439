import { ciRule } from "../../workflow/define.ts";
import { inJob } from "../../workflow/examples.ts";
import { faultsOf } from "../../workflow/faults.ts";

export const wellFormed = ciRule({
  id: "workflow/well-formed",
  aliases: ["action", "env-var", "glob", "id", "job-needs", "matrix", "shell-name", "workflow-call", "events", "permissions"].map(
    (id) => `actionlint:${id}`,
  ),
  of: ["github-workflow"],
  severity: "error",
  summary: "A workflow is one that GitHub accepts.",
  why: "GitHub refuses the whole file for one wrong name, and says so only after the push; other slips it lets pass, and the job that was meant to run never does.",
  source: "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax",
  examples: [
    { bad: inJob("needs: [test]\nsteps:\n  - run: make"), good: inJob("steps:\n  - id: make\n    run: make") },
    { bad: inJob("steps:\n  - run: make\n    shell: fish"), good: inJob("steps:\n  - run: make\n    shell: bash -e {0}") },
  ],
  *check({ file }) {
    for (const { at, message, advice, like } of faultsOf(file)) yield { at, message, advice, peers: [`actionlint:${like}`] };
  },
});
