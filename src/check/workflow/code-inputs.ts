import { usesMatches } from "../../source/workflow/index.ts";
import { get, type ScalarNode } from "../../source/yaml/index.ts";
import type { StepPlace } from "./look.ts";

/** Inputs that an action runs as code, or as a template of code (CodeQL's models of actions name most of them). */
const CODE_INPUTS: Readonly<Record<string, readonly string[]>> = {
  "actions/github-script": ["script"],
  "8398a7/action-slack": ["custom_payload"],
  "amadevus/pwsh-script": ["script"],
  "appleboy/ssh-action": ["script"],
  "azure/cli": ["inlineScript"],
  "azure/powershell": ["inlineScript"],
  "cardinalby/js-eval-action": ["expression"],
  "devorbitus/yq-action-output": ["cmd"],
  "docker/build-push-action": ["context"],
  "gautamkrishnar/blog-post-workflow": ["item_exec"],
  "imjohnbo/issue-bot": ["body", "linked-comments-previous-issue-text", "linked-comments-new-issue-text"],
  "jannekem/run-python-script-action": ["script"],
  "lucasbento/auto-close-issues": ["issue-close-message"],
  "mikefarah/yq": ["cmd"],
  "roots/issue-closer-action": ["issue-close-message", "pr-close-message"],
  "sergeysova/jq-action": ["cmd"],
  "skitionek/notify-microsoft-teams": ["overwrite"],
  "tibdex/backport": ["body_template", "head_template", "labels_template", "title_template"],
};

/** The texts of a step that are run as code: its script, or inputs of actions that run them. */
export const codeOf = ({ step }: StepPlace): readonly { readonly node: ScalarNode; readonly form: "run" | "script" }[] => {
  if (step.run !== undefined) return [{ node: step.run, form: "run" }];
  const { uses } = step;
  if (uses?.kind !== "repository") return [];
  const inputs = Object.entries(CODE_INPUTS).find(([action]) => usesMatches(uses, action))?.[1] ?? [];
  return inputs.flatMap((input) => {
    const node = get(step.with, input);
    return node?.kind === "scalar" ? [{ node, form: "script" as const }] : [];
  });
};
