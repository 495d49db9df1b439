import type { Redirection, Statement } from "unbash";
import type { PipelineOf, PipelineStage, ShellCommand, ShellProblem, SubstitutionUse, VariableUse } from "./command.ts";
import type { ShellOptions } from "./shell-options.ts";
import type { Variables } from "./variables.ts";

/** What is found while the tree is walked. */
export interface Reading {
  readonly text: string;
  readonly commands: ShellCommand[];
  readonly uses: Omit<VariableUse, "isAssigned">[];
  readonly substitutions: SubstitutionUse[];
  readonly bashisms: ShellProblem[];
  readonly assigned: Set<string>;
  readonly problems: ShellProblem[];
  /** Scripts within scripts read so far. */
  scripts: number;
  /** Walks the statements of a substitution or of a script within. */
  readonly inner: (statements: readonly Statement[], around: Around) => void;
}

/** Where in the script a node stands. Inside escaped backticks, or a script given as an argument with escapes, only the whole has a place. */
export type Placing = { readonly base: number } | { readonly start: number; readonly end: number };

/** What surrounds a command. */
export interface Around {
  readonly placing: Placing;
  readonly variables: Variables;
  readonly options: ShellOptions;
  readonly pipeline?: PipelineOf | undefined;
  readonly stage?: number;
  readonly group?: PipelineStage | undefined;
  readonly before?: ShellCommand["before"];
  readonly after?: ShellCommand["after"];
  readonly isCondition: boolean;
  readonly isConditional: boolean;
  readonly isSubshell: boolean;
  readonly isSubstitution: boolean;
  readonly isBackground: boolean;
  readonly via?: ShellCommand;
  readonly redirects: readonly Redirection[];
  readonly depth: number;
}

export const MAX_DEPTH = 200;

export const placeOf = (placing: Placing, pos: number, end: number): { readonly start: number; readonly end: number } =>
  "base" in placing ? { start: placing.base + pos, end: placing.base + end } : placing;

/** A shell of its own: what changes in it does not come back. */
export const apart = (around: Around): Around => ({
  ...around,
  variables: around.variables.copy(),
  options: { ...around.options },
  isSubshell: true,
  isBackground: false,
  pipeline: undefined,
  stage: 0,
  before: undefined,
  after: undefined,
});

const inBranch = (around: Around): Around => ({
  ...around,
  variables: around.variables.copy(),
  isConditional: true,
  before: undefined,
  after: undefined,
});

/** Runs each way on a copy of the variables and keeps what all agree on. */
export const branches = (around: Around, ways: readonly ((way: Around) => void)[]): void => {
  const copies = ways.map((way) => {
    const copy = inBranch(around);
    way(copy);
    return copy.variables;
  });
  around.variables.forget(copies);
};
