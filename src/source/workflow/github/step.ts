import { get, head, type MappingNode, type ScalarNode, spot, type Span, text, type YamlNode } from "../../yaml/index.ts";
import { constantOf, isTruthy } from "../expression/index.ts";
import { type Condition, readCondition } from "../template.ts";
import { readUses, type Uses } from "../uses.ts";

/** A step of a job or of a composite action. */
export interface Step {
  readonly node: MappingNode;
  readonly index: number;
  readonly name: string | undefined;
  readonly id: string | undefined;
  readonly uses: Uses | undefined;
  readonly run: ScalarNode | undefined;
  /** The inputs, when they are a mapping and not a template. */
  readonly with: YamlNode | undefined;
  readonly env: YamlNode | undefined;
  readonly condition: Condition | undefined;
  /** The shell's name without path and flags; `pwsh` or `bash` by the runner when none is written. */
  readonly shell: string;
  /** Where the shell was written, in the step or its defaults. */
  readonly shellNode: YamlNode | undefined;
  /** Its condition is always false. */
  readonly isDead: boolean;
  readonly spot: Span;
}

/** `/bin/bash -e {0}` is bash, `cmd.exe` is cmd. */
export const shellName = (written: string): string => {
  const [program = ""] = written.trim().split(/\s+/);
  return program
    .slice(program.lastIndexOf("/") + 1)
    .toLowerCase()
    .replace(/\.exe$/, "");
};

const isDead = (condition: Condition | undefined): boolean => {
  if (condition?.expression === undefined || condition.alwaysTrue) return false;
  const value = constantOf(condition.expression);
  return value !== undefined && !isTruthy(value);
};

const scalar = (node: YamlNode | undefined): ScalarNode | undefined => (node?.kind === "scalar" && node.value !== null ? node : undefined);

/** Reads one step. `fallback` is the shell that its job's or workflow's defaults name, with its node, or the runner's own. */
export const readStep = (
  node: MappingNode,
  index: number,
  fallback: { readonly name: string; readonly node?: YamlNode | undefined },
): Step => {
  const shell = scalar(get(node, "shell"));
  const condition = readCondition(get(node, "if"));
  const first = ["name", "uses", "run", "id"].find((key) => get(node, key) !== undefined);
  return {
    node,
    index,
    name: text(node, "name"),
    id: text(node, "id"),
    uses: readUses(get(node, "uses")),
    run: scalar(get(node, "run")),
    with: get(node, "with"),
    env: get(node, "env"),
    condition,
    shell: shell === undefined ? fallback.name : shellName(shell.text),
    shellNode: shell ?? fallback.node,
    isDead: isDead(condition),
    spot: first === undefined ? head(node) : spot(node, first),
  };
};
