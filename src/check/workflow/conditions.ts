import type { Condition, WorkflowFile } from "../../source/workflow/index.ts";
import { stepName, stepsOf } from "./look.ts";

/** Every `if:` of a file, with the name of what it decides on. */
export function* conditionsOf(file: WorkflowFile): Generator<{ readonly condition: Condition; readonly name: string }> {
  if (file.dialect === "github-workflow")
    for (const job of file.jobs) if (job.condition !== undefined) yield { condition: job.condition, name: job.id };
  for (const { step } of stepsOf(file)) if (step.condition !== undefined) yield { condition: step.condition, name: stepName(step) };
}
