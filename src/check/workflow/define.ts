import type { WorkflowFile } from "../../source/workflow/index.ts";
import { type Complaint, type Definition, NOTHING, type Rule, workflowRule } from "../rule.ts";
import type { Spot, WorkflowSubject } from "../subject.ts";

type Dialect = WorkflowFile["dialect"];
type Narrowed<D extends Dialect> = WorkflowSubject & { readonly file: Extract<WorkflowFile, { readonly dialect: D }> };

export type WorkflowComplaint = Complaint<Spot>;

const CALLED: Readonly<Record<Dialect, string>> = {
  "github-workflow": "a workflow of GitHub Actions",
  "github-action": "an action",
  dependabot: "Dependabot's configuration",
  gitlab: "a GitLab pipeline",
};

type Given<D extends Dialect> = Omit<Definition<"workflow">, "applies" | "proves" | "check" | "item" | "confidence"> & {
  /** The kinds of files that it judges. */
  readonly of: readonly D[];
  /** Default `ci-pipeline`. */
  readonly item?: Rule["item"];
  /** Default `certain`. */
  readonly confidence?: Rule["confidence"];
  readonly check: (subject: Narrowed<D>) => Iterable<WorkflowComplaint>;
};

const isOf = <D extends Dialect>(subject: WorkflowSubject, dialects: readonly D[]): subject is Narrowed<D> =>
  dialects.some((dialect) => dialect === subject.file.dialect);

/** A rule for some of the files that CI reads. That one habit is kept proves nothing about the pipeline: none of them proves its item. */
export const ciRule = <D extends Dialect>({ of, check, ...rest }: Given<D>): Rule<"workflow"> =>
  workflowRule({
    item: "ci-pipeline",
    confidence: "certain",
    ...rest,
    applies: (subject) => isOf(subject, of) || `${subject.source.path} is not ${of.map((dialect) => CALLED[dialect]).join(" or ")}`,
    proves: () => NOTHING,
    check: (subject) => (isOf(subject, of) ? check(subject) : []),
  });

/** Whether the user asked for what most would not want to hear of. */
export const isStrict = ({ settings }: WorkflowSubject): boolean => settings.profile === "strict";
