import type { Range } from "../../core/index.ts";
import { type DockerfileScript, scriptsOf, type ShellCommand } from "../../source/shell/index.ts";
import type { Evaluation } from "../../source/dockerfile/index.ts";
import type { DockerfileSubject } from "../subject.ts";

/** A command, and the script it stands in. */
export interface Located {
  readonly script: DockerfileScript;
  readonly command: ShellCommand;
}

interface Runs {
  readonly scripts: readonly DockerfileScript[];
  readonly places: ReadonlyMap<DockerfileScript, number>;
  readonly commands: readonly Located[];
}

export const commandsOf = (script: DockerfileScript): readonly Located[] => script.commands.map((command) => ({ script, command }));

const runs = new WeakMap<Evaluation, Runs>();

const runsOf = (evaluation: Evaluation): Runs => {
  const before = runs.get(evaluation);
  if (before !== undefined) return before;
  const scripts = scriptsOf(evaluation).filter((script) => script.kind === "run");
  const made: Runs = { scripts, places: new Map(scripts.map((script, index) => [script, index])), commands: scripts.flatMap(commandsOf) };
  runs.set(evaluation, made);
  return made;
};

/** Scripts that run while the image is built. */
export const runScripts = ({ evaluation }: DockerfileSubject): readonly DockerfileScript[] => runsOf(evaluation).scripts;

/** The commands that run while the image is built, of those names; all of them when none is given. */
export const runCommands = (subject: DockerfileSubject, names?: ReadonlySet<string>): readonly Located[] =>
  names === undefined
    ? runsOf(subject.evaluation).commands
    : runsOf(subject.evaluation).commands.filter(({ command }) => names.has(command.name));

/** The first line of a command: here-documents and long lists stay out of sight. */
export const placeOf = ({ script, command }: Located): Range => {
  const line = script.text.indexOf("\n", command.start);
  return script.rangeOf(command.start, line > command.start && line < command.end ? line : command.end);
};

/** Whether what a stage leaves behind ends up in an image: the target's, or one that ONBUILD is written for. */
export const isShipped = ({ target }: DockerfileSubject, { stage, isOnbuild }: DockerfileScript): boolean =>
  isOnbuild || target === undefined || target.chain.includes(stage);

/** In a stage that is only copied from, waste costs the builder's disk and nothing else. */
export const ifLeftBehind = (subject: DockerfileSubject, script: DockerfileScript): { readonly severity?: "info" } =>
  isShipped(subject, script) ? {} : { severity: "info" };

/** As many scripts are looked back at as any real file has. */
const MAX_BEFORE = 128;

/** Scripts that ran before in the same image, this one included. */
export const upTo = ({ evaluation }: DockerfileSubject, script: DockerfileScript): readonly DockerfileScript[] => {
  const { scripts, places } = runsOf(evaluation);
  const end = (places.get(script) ?? 0) + 1;
  const chain = new Set(script.stage.chain);
  return scripts.slice(Math.max(0, end - MAX_BEFORE), end).filter((one) => chain.has(one.stage));
};

/** The last of each script. */
export const lastOfEach = <L extends Located>(located: readonly L[]): ReadonlySet<L> =>
  new Set(new Map(located.map((one) => [one.script, one])).values());
