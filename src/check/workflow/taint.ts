import { isStaticInMatrix, patternOf, templatesOf, type Context } from "../../source/workflow/index.ts";
import { entries, get, type YamlNode } from "../../source/yaml/index.ts";
import type { StepPlace } from "./look.ts";

/** Who decides the text that a context comes to. */
export type Taint =
  /** Nobody, or only who writes the workflow. */
  | "none"
  /** Whoever can open an issue or a pull request, or send the event: any text. */
  | "anyone"
  /** The same people, within the form of an address. */
  | "formed"
  /** Whoever calls or starts the workflow. */
  | "caller"
  /** Earlier steps and jobs, settings: usually the workflow itself. */
  | "run";

const SAFE = new Set([
  "github.action_path",
  "github.event_name",
  "github.event.after",
  "github.event.before",
  "github.job",
  "github.ref_protected",
  "github.ref_type",
  "github.repository",
  "github.repository_id",
  "github.repositoryurl",
  "github.repository_owner",
  "github.repository_owner_id",
  "github.repository_visibility",
  "github.retention_days",
  "github.triggering_actor",
  "github.actor_id",
  "github.run_attempt",
  "github.run_id",
  "github.run_number",
  "github.server_url",
  "github.api_url",
  "github.graphql_url",
  "github.secret_source",
  "github.sha",
  "github.token",
  "github.workflow_sha",
  "github.workspace",
  "github.event_path",
  "github.env",
  "github.path",
  "github.action",
  "job.status",
  "job.check_run_id",
  "runner.arch",
  "runner.debug",
  "runner.os",
  "runner.temp",
  "runner.tool_cache",
  "runner.environment",
  "runner.workspace",
]);

/** Last names within an event that GitHub fills with numbers, hashes, times, yes or no, or one of a few words. */
const FIXED_FIELD =
  /^(?:id|node_id|number|sha|\w+_sha|\w+_id|\w+_at|\w+_count|additions|deletions|changed_files|commits|comments|review_comments|draft|locked|merged|mergeable|rebaseable|maintainer_can_modify|private|fork|archived|disabled|deleted|created|forced|prerelease|site_admin|type|state|state_reason|active_lock_reason|author_association|size|forks|watchers|open_issues|conclusion|status|run_number|run_attempt|visibility|merge_commit_sha|protected|is_template|has_\w+|allow_\w+|default|position|line|side|start_line|\+1|-1|laugh|hooray|confused|heart|rocket|eyes)$/;
const ADDRESS_FIELD = /(?:^|_)url$/;

const inputType = (name: string, { workflow }: StepPlace): string | undefined => {
  for (const event of ["workflow_dispatch", "workflow_call"]) {
    const inputs = entries(workflow?.triggers.events.get(event)?.filters, "inputs");
    const found = inputs.find(([key]) => key.toLowerCase() === name);
    const type = found === undefined ? undefined : get(found[1].value, "type");
    if (type?.kind === "scalar") return type.text;
  }
  return undefined;
};

const ofInput = (name: string | undefined, place: StepPlace): Taint => {
  const type = name === undefined ? undefined : inputType(name, place);
  return type === "boolean" || type === "number" || type === "choice" ? "none" : "caller";
};

const valueOf = (env: YamlNode | undefined, name: string): YamlNode | undefined =>
  entries(env).find(([key]) => key.toLowerCase() === name)?.[1].value;

/** A variable that the file gives a text without templates is what the file says; the innermost that sets it counts. */
const ofVariable = (name: string, { step, job, workflow }: StepPlace): Taint => {
  for (const env of [step.env, job?.env, workflow?.env]) {
    const value = valueOf(env, name);
    if (value !== undefined) return value.kind === "scalar" && templatesOf(value).length === 0 ? "none" : "caller";
  }
  return "caller";
};

const ofEvent = (fields: readonly string[], place: StepPlace): Taint => {
  const last = fields.at(-1) ?? "";
  if (fields[0] === "inputs") return ofInput(fields[1], place);
  if (FIXED_FIELD.test(last) && fields[0] !== "client_payload") return "none";
  return ADDRESS_FIELD.test(last) ? "formed" : "anyone";
};

/** Who decides what a context comes to in a step. */
export const taintOf = (context: Context, place: StepPlace): Taint => {
  const pattern = patternOf(context);
  if (pattern === undefined) return "run";
  const [name, ...fields] = pattern.split(".");
  if (SAFE.has(pattern) || name === "secrets" || name === "strategy") return "none";
  if (name === "github") return fields[0] === "event" && fields.length > 1 ? ofEvent(fields.slice(1), place) : "anyone";
  if (name === "inputs") return ofInput(fields[0], place);
  if (name === "env") return ofVariable(fields.join("."), place);
  if (name === "matrix") return place.job === undefined || isStaticInMatrix(place.job.matrix, fields.join(".")) ? "none" : "caller";
  const last = fields.at(-1) ?? "";
  const isOutcome =
    (name === "needs" && fields.length === 2 && last === "result") ||
    (name === "steps" && fields.length === 2 && (last === "outcome" || last === "conclusion"));
  return isOutcome ? "none" : "run";
};
