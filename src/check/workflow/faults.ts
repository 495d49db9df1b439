import type { GithubWorkflow, Job } from "../../source/workflow/index.ts";
import { entries, get, head, items, type Span, spot, text, texts, type YamlNode } from "../../source/yaml/index.ts";
import { stepsOf } from "./look.ts";

/** Something that GitHub refuses, or that does not mean what it says. */
export interface Fault {
  readonly at: Span;
  readonly message: string;
  readonly advice: string;
  /** actionlint's rule for it. */
  readonly like: string;
}

const ID = /^[A-Za-z_][\w-]*$/;
const SHELLS = new Set(["bash", "sh", "pwsh", "powershell", "python", "cmd"]);
const LEVELS = new Set(["read", "write", "none"]);

const isTemplate = (written: string): boolean => written.includes("${{");

function* ids(file: GithubWorkflow): Generator<Fault> {
  const advice = "Use letters, digits, - and _, with a letter or _ first.";
  for (const job of file.jobs) {
    if (!ID.test(job.id)) yield { at: head(job.key), message: `"${job.id}" cannot be the id of a job`, advice, like: "id" };
    const seen = new Set<string>();
    for (const { id, node } of job.steps) {
      if (id === undefined || isTemplate(id)) continue;
      if (!ID.test(id)) yield { at: spot(node, "id"), message: `"${id}" cannot be the id of a step`, advice, like: "id" };
      if (seen.has(id.toLowerCase()))
        yield {
          at: spot(node, "id"),
          message: `two steps of ${job.id} have the id ${id}`,
          advice: "Give each step an id of its own.",
          like: "id",
        };
      seen.add(id.toLowerCase());
    }
  }
}

const needsOf = ({ node }: Job): readonly string[] => texts(node, "needs").map((need) => need.toLowerCase());

/** Far above what GitHub starts in one run (256 jobs of a matrix). */
const MAX_JOBS = 1000;

/** The jobs that wait for themselves: what is left when those that can start, and those that nobody left waits for, are taken away again and again. */
const inCircles = (jobs: ReadonlyMap<string, Job>): ReadonlySet<string> => {
  if (jobs.size > MAX_JOBS) return new Set();
  const left = new Map([...jobs].map(([id, job]) => [id, needsOf(job).filter((need) => jobs.has(need))] as const));
  for (let size = -1; size !== left.size;) {
    size = left.size;
    const waitedFor = new Set([...left.values()].flat());
    for (const [id, wanted] of left) if (!waitedFor.has(id) || !wanted.some((need) => left.has(need))) left.delete(id);
  }
  return new Set(left.keys());
};

function* needs(file: GithubWorkflow): Generator<Fault> {
  const byId = new Map(file.jobs.map((job) => [job.id.toLowerCase(), job]));
  const circles = inCircles(byId);
  for (const job of file.jobs) {
    const unknown = needsOf(job).find((need) => !byId.has(need));
    if (unknown !== undefined)
      yield {
        at: spot(job.node, "needs"),
        message: `${job.id} needs ${unknown}, which is no job here`,
        advice: "Name a job of this workflow.",
        like: "job-needs",
      };
    else if (circles.has(job.id.toLowerCase()))
      yield { at: spot(job.node, "needs"), message: `${job.id} waits for itself`, advice: "Break the circle of needs.", like: "job-needs" };
  }
}

function* shells(file: GithubWorkflow): Generator<Fault> {
  for (const { step } of stepsOf(file)) {
    const written = text(step.node, "shell");
    if (written !== undefined && !isTemplate(written) && !written.includes("{0}") && !SHELLS.has(written.trim()))
      yield {
        at: spot(step.node, "shell"),
        message: `GitHub knows no shell ${written}`,
        advice: `Use bash, sh, pwsh, powershell, python or cmd, or say how to call it: ${written} {0}.`,
        like: "shell-name",
      };
  }
}

function* variables(file: GithubWorkflow): Generator<Fault> {
  for (const env of [file.env, ...file.jobs.map((job) => job.env), ...[...stepsOf(file)].map(({ step }) => step.env)])
    for (const [name, { key }] of entries(env))
      if (/[\s=&]/.test(name) && !isTemplate(name))
        yield { at: head(key), message: `"${name}" cannot be a variable's name`, advice: "Use letters, digits and _.", like: "env-var" };
}

function* matrices(file: GithubWorkflow): Generator<Fault> {
  for (const job of file.jobs) {
    const node = job.matrix?.node;
    if (node?.kind !== "mapping") continue;
    const names = new Set(entries(node).flatMap(([name]) => (name === "include" || name === "exclude" ? [] : [name.toLowerCase()])));
    for (const [name, { value }] of entries(node)) {
      const said = items(value).flatMap((item) => (item.kind === "scalar" ? [item.text] : []));
      const twice = said.find((one, index) => said.indexOf(one) !== index);
      if (twice !== undefined && name !== "include" && name !== "exclude")
        yield { at: spot(node, name), message: `${name} of the matrix has ${twice} twice`, advice: "Remove one of them.", like: "matrix" };
    }
    if (get(node, "include")?.kind === "scalar") continue;
    for (const one of items(node, "exclude"))
      for (const [name, { key }] of entries(one))
        if (!names.has(name.toLowerCase()))
          yield {
            at: head(key),
            message: `${name} is no variable of the matrix: nothing is excluded`,
            advice: "Name one of the matrix's lists.",
            like: "matrix",
          };
  }
}

function* permissions(file: GithubWorkflow): Generator<Fault> {
  for (const permission of [file.permissions, ...file.jobs.map((job) => job.permissions)])
    for (const { name, level, value } of permission.kind === "scopes" ? permission.scopes : [])
      if (!LEVELS.has(level) && !isTemplate(level))
        yield { at: head(value), message: `"${level}" is no level for ${name}`, advice: "Use read, write or none.", like: "permissions" };
}

const globFault = (written: string, isPath: boolean): string | undefined => {
  if (written === "" || written === "!") return "is empty";
  if (isPath && /^!?\.{1,2}\//.test(written)) return "begins with a dot and a slash, which no path does";
  return !isPath && /[\s~^:\\]|\.\.|\/$|^!?\//.test(written) ? "is no name that a branch or tag can have" : undefined;
};

function* events(file: GithubWorkflow): Generator<Fault> {
  for (const [event, { filters, node }] of file.triggers.events) {
    for (const kind of ["branches", "tags", "paths"]) {
      if (get(filters, kind) !== undefined && get(filters, `${kind}-ignore`) !== undefined)
        yield {
          at: head(node),
          message: `${event} has both ${kind} and ${kind}-ignore`,
          advice: `Use one of them; in ${kind} a ! takes out again.`,
          like: "events",
        };
      for (const one of [...items(filters, kind), ...items(filters, `${kind}-ignore`)]) {
        const fault = globFault(text(one) ?? "", kind === "paths");
        if (fault !== undefined)
          yield {
            at: head(one),
            message: `the pattern ${text(one) ?? ""} ${fault}: it matches nothing`,
            advice: "Correct the pattern.",
            like: "glob",
          };
      }
    }
  }
}

const ONLY_STEPS = ["runs-on", "steps", "container", "services", "env", "defaults", "timeout-minutes"];

function* calls(file: GithubWorkflow): Generator<Fault> {
  for (const job of file.jobs) {
    const called: YamlNode | undefined = get(job.node, "uses");
    const odd =
      called === undefined
        ? ["with", "secrets"].find((key) => get(job.node, key) !== undefined)
        : ONLY_STEPS.find((key) => get(job.node, key) !== undefined);
    if (odd !== undefined)
      yield {
        at: spot(job.node, odd),
        message: `${odd} has no meaning in ${job.id}, which ${called === undefined ? "calls no workflow" : "calls a workflow"}`,
        advice: `Remove ${odd}.`,
        like: "workflow-call",
      };
  }
  for (const { step } of stepsOf(file)) {
    const written = text(step.node, "uses");
    if (written !== undefined && step.uses === undefined && !isTemplate(written))
      yield {
        at: spot(step.node, "uses"),
        message: `"${written}" names no action`,
        advice: "Write owner/repo@ref, ./path or docker://image.",
        like: "action",
      };
  }
}

/** All that is wrong with the form of a workflow. */
export function* faultsOf(file: GithubWorkflow): Generator<Fault> {
  for (const look of [ids, needs, shells, variables, matrices, permissions, events, calls]) yield* look(file);
}
