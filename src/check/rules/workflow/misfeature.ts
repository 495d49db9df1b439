import { shellName, usesMatches } from "../../../source/workflow/index.ts";
import { get, head, spot } from "../../../source/yaml/index.ts";
import { ciRule, isStrict } from "../../workflow/define.ts";
import { HASH, inSteps } from "../../workflow/examples.ts";
import { stepName, stepsOf } from "../../workflow/look.ts";

const KNOWN_SHELLS = new Set(["bash", "pwsh", "python", "sh", "powershell"]);

export const misfeature = ciRule({
  id: "workflow/misfeature",
  aliases: ["zizmor:misfeature"],
  of: ["github-workflow", "github-action"],
  severity: "info",
  summary: "Steps use shells that tools can read, and packages go into an environment of their own.",
  why: "The shell cmd has no grammar to check a script by; setup-python's pip-install puts packages into the system's Python, where they differ from runner to runner.",
  source: "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell",
  examples: [
    { bad: inSteps("- run: dir\n  shell: cmd"), good: inSteps("- run: Get-ChildItem\n  shell: pwsh") },
    {
      bad: inSteps(`- uses: actions/setup-python@${HASH} # v6.1.0\n  with:\n    pip-install: -r requirements.txt`),
      good: inSteps(`- uses: actions/setup-python@${HASH} # v6.1.0\n- run: python -m venv .venv`),
    },
  ],
  *check(subject) {
    for (const { step } of stepsOf(subject.file)) {
      if (step.uses?.kind === "repository" && usesMatches(step.uses, "actions/setup-python") && get(step.with, "pip-install") !== undefined)
        yield {
          at: spot(step.with ?? step.node, "pip-install"),
          message: "packages are put into the runner's own Python",
          advice: "Make a virtual environment and install into it.",
        };
      if (step.run === undefined || step.shellNode === undefined) continue;
      const shell = shellName(step.shellNode.kind === "scalar" ? step.shellNode.text : "");
      if (shell === "cmd")
        yield { at: head(step.shellNode), message: `${stepName(step)} runs in cmd, which no tool can read`, advice: "Use pwsh or bash." };
      else if (isStrict(subject) && !KNOWN_SHELLS.has(shell))
        yield {
          at: head(step.shellNode),
          message: `${stepName(step)} runs in a shell that GitHub does not know`,
          advice: "Use bash, sh, pwsh or python.",
        };
    }
  },
});
