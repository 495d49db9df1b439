import {
  branchesOf,
  matrixValues,
  patternOf,
  templatesOf,
  wholeTemplate,
  withoutTemplates,
  type Expression,
  type Job,
  type WorkflowFile,
} from "../../source/workflow/index.ts";
import { entries, get, head, items, type Span, text, type YamlNode } from "../../source/yaml/index.ts";
import { stepsOf } from "./look.ts";

/** An image that a job, a service, a step or an action runs, as one of its possible values. */
export interface UsedImage {
  readonly image: string;
  readonly at: Span;
  /** `unknown`: what it is, the run decides. */
  readonly pin: "digest" | "tag" | "latest" | "none" | "unknown";
}

const pinOf = (image: string): UsedImage["pin"] => {
  if (image.includes("@")) return "digest";
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined ? "none" : tag === "latest" ? "latest" : "tag";
};

const named = (image: string, at: Span): readonly UsedImage[] => (image.trim() === "" ? [] : [{ image, at, pin: pinOf(image.trim()) }]);

const fromBranch = (branch: Expression, at: Span, whole: string, job: Job | undefined): readonly UsedImage[] => {
  if (branch.kind === "literal") return typeof branch.value === "string" ? named(branch.value, at) : [];
  const pattern = branch.kind === "context" ? patternOf(branch) : undefined;
  if (pattern?.startsWith("matrix.") !== true) return [{ image: whole, at, pin: "unknown" }];
  if (job?.matrix?.node.kind === "scalar") return [{ image: whole, at, pin: "unknown" }];
  return matrixValues(job?.matrix, pattern.slice("matrix.".length)).flatMap((value) =>
    value.isStatic ? named(value.text, at) : [{ image: whole, at, pin: "unknown" }],
  );
};

/** A template that is the whole value is followed; of one within a value only a digest behind it tells anything. */
const fromNode = (node: YamlNode | undefined, job: Job | undefined): readonly UsedImage[] => {
  const written = text(node);
  if (node === undefined || written === undefined) return [];
  const at = head(node);
  const templates = templatesOf(node);
  if (templates.length === 0) return named(written.replace(/^docker:\/\//, ""), at);
  const whole = wholeTemplate(node);
  if (whole === undefined)
    return [
      {
        image: written,
        at,
        pin: /@sha256:[\da-f]{64}$/.test(written) ? "digest" : /:[^/]*$/.test(withoutTemplates(written)) ? "tag" : "unknown",
      },
    ];
  return whole.expression === undefined
    ? [{ image: written, at, pin: "unknown" }]
    : branchesOf(whole.expression).flatMap((branch) => fromBranch(branch, at, written, job));
};

const ofJob = (job: Job): readonly UsedImage[] => {
  const container = get(job.node, "container");
  return [
    ...fromNode(container?.kind === "mapping" ? get(container, "image") : container, job),
    ...entries(job.node, "services").flatMap(([, { value }]) => fromNode(value.kind === "mapping" ? get(value, "image") : value, job)),
  ];
};

/** GitLab fills variables in; what they hold stands elsewhere, often the image that the pipeline itself built. */
const ofGitlab = (node: YamlNode | undefined): readonly UsedImage[] => {
  const name = node?.kind === "mapping" ? get(node, "name") : node;
  const written = text(name);
  return name === undefined || written === undefined || written.includes("$") ? [] : named(written, head(name));
};

/** Every image that a file runs. */
export const imagesOf = (file: WorkflowFile): readonly UsedImage[] => {
  if (file.dialect === "dependabot") return [];
  if (file.dialect === "github-action" && file.image !== undefined) return fromNode(file.image, undefined);
  if (file.dialect === "gitlab") {
    const owners = [file.root, get(file.root, "default"), ...file.jobs.map((job) => job.node)];
    return owners.flatMap((owner) => [...ofGitlab(get(owner, "image")), ...items(owner, "services").flatMap(ofGitlab)]);
  }
  const steps = [...stepsOf(file)].flatMap(({ step, job }) => (step.uses?.kind === "docker" ? fromNode(step.uses.node, job) : []));
  return file.dialect === "github-workflow" ? [...file.jobs.flatMap(ofJob), ...steps] : steps;
};
