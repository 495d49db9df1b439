import {
  type GithubWorkflow,
  type Job,
  type RepositoryUses,
  type Step,
  type Uses,
  type WorkflowFile,
} from "../../source/workflow/index.ts";
import { get, type ScalarNode, type Span, type YamlNode } from "../../source/yaml/index.ts";

/** A step with what it stands in. A step of an action has neither. */
export interface StepPlace {
  readonly step: Step;
  readonly job: Job | undefined;
  readonly workflow: GithubWorkflow | undefined;
}

export function* stepsOf(file: WorkflowFile): Generator<StepPlace> {
  if (file.dialect === "github-workflow") for (const job of file.jobs) for (const step of job.steps) yield { step, job, workflow: file };
  else if (file.dialect === "github-action") for (const step of file.steps) yield { step, job: undefined, workflow: undefined };
}

/** Everything that a step or a job uses. */
export interface UsePlace {
  readonly uses: Uses;
  readonly with: YamlNode | undefined;
  readonly step: Step | undefined;
}

export function* usesOf(file: WorkflowFile): Generator<UsePlace> {
  if (file.dialect === "github-workflow")
    for (const job of file.jobs) if (job.uses !== undefined) yield { uses: job.uses, with: get(job.node, "with"), step: undefined };
  for (const { step } of stepsOf(file)) if (step.uses !== undefined) yield { uses: step.uses, with: step.with, step };
}

/** The actions and workflows of repositories alone. */
export function* repositoryUsesOf(file: WorkflowFile): Generator<UsePlace & { readonly uses: RepositoryUses }> {
  for (const place of usesOf(file)) if (place.uses.kind === "repository") yield { ...place, uses: place.uses };
}

/** A script with the shell that reads it. */
export interface ScriptPlace {
  readonly script: ScalarNode;
  readonly shell: string;
  readonly place: StepPlace | undefined;
  /** The job's or step's name, for messages. */
  readonly name: string;
}

export const stepName = ({ name, id, index }: Step): string => name ?? id ?? `step ${index + 1}`;

export function* scriptsOf(file: WorkflowFile): Generator<ScriptPlace> {
  if (file.dialect === "gitlab")
    for (const job of file.jobs) for (const script of job.script) yield { script, shell: "bash", place: undefined, name: job.name };
  for (const place of stepsOf(file))
    if (place.step.run !== undefined) yield { script: place.step.run, shell: place.step.shell, place, name: stepName(place.step) };
}

/** A scalar on one line: its text without the line end that a block has. */
export const usesSpot = ({ node, text }: { readonly node: ScalarNode; readonly text: string }): Span => {
  const at = node.source.text.indexOf(text, node.start);
  return at < 0 || at >= node.end ? node : { source: node.source, start: at, end: at + text.length };
};

export const isDangerouslyTriggered = ({ triggers }: GithubWorkflow): boolean =>
  triggers.events.has("pull_request_target") || triggers.events.has("workflow_run");
