import { get, items, type MappingNode, type Span, text, texts, type YamlNode } from "../../yaml/index.ts";
import { type Condition, readCondition } from "../template.ts";
import { readUses, type Uses } from "../uses.ts";
import { type Matrix, readMatrix } from "./matrix.ts";
import { type Permissions, readPermissions } from "./permissions.ts";
import { readStep, shellName, type Step } from "./step.ts";

export interface Job {
  readonly id: string;
  readonly key: Span;
  readonly node: MappingNode;
  /** A reusable workflow is called instead of running steps. */
  readonly uses: Uses | undefined;
  readonly steps: readonly Step[];
  readonly permissions: Permissions;
  readonly condition: Condition | undefined;
  readonly matrix: Matrix | undefined;
  readonly env: YamlNode | undefined;
  /** The labels of `runs-on`, in each of its forms. */
  readonly runners: readonly string[];
}

const defaultShell = (owner: YamlNode): YamlNode | undefined => get(owner, "defaults", "run", "shell");

const runnersOf = (node: MappingNode): readonly string[] => {
  const runsOn = get(node, "runs-on");
  return runsOn?.kind === "mapping" ? texts(runsOn, "labels") : texts(runsOn);
};

/** Reads a job; `workflow` is the root that it stands in, for its defaults. */
export const readJob = (id: string, key: Span, node: MappingNode, workflow: MappingNode): Job => {
  const runners = runnersOf(node);
  const shell = defaultShell(node) ?? defaultShell(workflow);
  const written = text(shell);
  const own = runners.some((label) => /^windows/i.test(label)) ? "pwsh" : "bash";
  const fallback = written === undefined ? { name: own } : { name: shellName(written), node: shell };
  return {
    id,
    key,
    node,
    uses: readUses(get(node, "uses")),
    steps: items(node, "steps").flatMap((step, index) => (step.kind === "mapping" ? [readStep(step, index, fallback)] : [])),
    permissions: readPermissions(node),
    condition: readCondition(get(node, "if")),
    matrix: readMatrix(node),
    env: get(node, "env"),
    runners,
  };
};
