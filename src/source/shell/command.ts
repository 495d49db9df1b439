/**
 * Stands in a value for what is not known: a variable that nothing here sets, the output of a command.
 * No shell can hold this character in a value, so it never stands for itself.
 */
export const UNKNOWN = "\0";

/** One argument, after variables were put in and quotes taken off. Offsets count in the script's text. */
export interface Argument {
  /** With UNKNOWN for each stretch that is not known. */
  readonly text: string;
  /** The word as written. One word may become several arguments. */
  readonly raw: string;
  /** False: the shell may make of it several arguments, or none. */
  readonly isOne: boolean;
  readonly start: number;
  readonly end: number;
}

export interface Assignment {
  readonly name: string;
  /** With UNKNOWN for what is not known. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface Redirect {
  readonly operator: string;
  readonly target: Argument | undefined;
  /** The text of a here-document, with UNKNOWN for what is not known. */
  readonly body?: string;
}

/** Commands whose output flows from one into the next. */
export interface PipelineOf {
  /** How many it has, compound commands counted. */
  readonly length: number;
  /** Whether the failure of any of them fails the pipeline. */
  readonly pipefail: boolean;
  readonly start: number;
  readonly end: number;
}

/** One place in a pipeline. */
export interface PipelineStage {
  readonly pipeline: PipelineOf;
  /** Counted from 0. */
  readonly stage: number;
}

/** A simple command, wherever in the script it stands. */
export interface ShellCommand {
  /** The program without its folder; empty for a line of assignments only, with UNKNOWN when it is not known. */
  readonly name: string;
  /** The program as it is called. */
  readonly program: Argument | undefined;
  readonly args: readonly Argument[];
  /** Before the program, or all there is. */
  readonly assignments: readonly Assignment[];
  readonly redirects: readonly Redirect[];
  readonly pipeline: PipelineOf | undefined;
  /** Its place in the pipeline, counted from 0. */
  readonly stage: number;
  /** The stage that the braces, parentheses or loop around it are: `{ a; b; } | c`. */
  readonly group: PipelineStage | undefined;
  /** What joins it to the command before and behind it in its list; `;` for a line end too. Undefined at the ends. */
  readonly before: "&&" | "||" | ";" | undefined;
  readonly after: "&&" | "||" | ";" | undefined;
  /** Its failure is looked at: in the condition of if, while, until, behind `!`, before `||`. */
  readonly isCondition: boolean;
  /** It may not run at all: in a branch, a loop, a function, behind `||`. */
  readonly isConditional: boolean;
  /** Within parentheses, `$(...)` or another shell: what it changes ends with these. */
  readonly isSubshell: boolean;
  /** Its output is taken by `$(...)` or a process substitution. */
  readonly isSubstitution: boolean;
  readonly isBackground: boolean;
  /** As `set -e` and `set -o pipefail` stand when it runs. */
  readonly errexit: boolean;
  readonly pipefail: boolean;
  /** The command that runs this one: `sudo apt-get`, `sh -c "..."`, `xargs rm`. */
  readonly via: ShellCommand | undefined;
  readonly start: number;
  readonly end: number;
}

/** One `$name` or `${name}`. */
export interface VariableUse {
  readonly name: string;
  /** Field splitting and globbing act on it. */
  readonly isSplit: boolean;
  /** `${name:-default}` and its like cope with its absence. */
  readonly hasDefault: boolean;
  /** Something in the script, before or after, sets it; or it sources or evaluates what may. */
  readonly isAssigned: boolean;
  /** Its value here, with UNKNOWN for what is not known. */
  readonly text: string;
  /** The command it is an argument of; undefined in redirections, assignments, tests and here-documents. */
  readonly command: string | undefined;
  readonly start: number;
  readonly end: number;
}

/** An unquoted `$(...)` as an argument. */
export interface SubstitutionUse {
  readonly command: string | undefined;
  readonly start: number;
  readonly end: number;
}

export interface ShellProblem {
  readonly message: string;
  readonly at: number;
  /** The script is more than is looked at here, which says nothing against it. */
  readonly isLimit?: true;
}

/** A script, read. There is one for any text; `problems` says when it is not to be trusted. */
export interface ShellScript {
  readonly text: string;
  /** In the order they begin: those of a substitution before the command that takes their output, one that runs another before that. */
  readonly commands: readonly ShellCommand[];
  readonly uses: readonly VariableUse[];
  readonly substitutions: readonly SubstitutionUse[];
  /** Constructs that only bash and its like know, outside of what a here-document holds. */
  readonly bashisms: readonly ShellProblem[];
  readonly problems: readonly ShellProblem[];
}
