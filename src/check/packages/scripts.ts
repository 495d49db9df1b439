import type { Range } from "../../core/index.ts";
import { type DockerfileScript, scriptsOf, type ShellCommand } from "../../source/shell/index.ts";
import type { DockerfileSubject } from "../subject.ts";

/** A command, and the script it stands in. */
export interface Located {
  readonly script: DockerfileScript;
  readonly command: ShellCommand;
}

/** Scripts that run while the image is built. */
export const runScripts = ({ evaluation }: DockerfileSubject): readonly DockerfileScript[] =>
  scriptsOf(evaluation).filter((script) => script.kind === "run");

export const commandsOf = (script: DockerfileScript): readonly Located[] => script.commands.map((command) => ({ script, command }));

/** The commands that run while the image is built, of those names; all of them when none is given. */
export const runCommands = (subject: DockerfileSubject, names?: ReadonlySet<string>): readonly Located[] =>
  runScripts(subject)
    .flatMap(commandsOf)
    .filter(({ command }) => names === undefined || names.has(command.name));

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

/** Scripts that ran before in the same image, this one included. */
export const upTo = (subject: DockerfileSubject, script: DockerfileScript): readonly DockerfileScript[] => {
  const { chain } = script.stage;
  return runScripts(subject).filter(
    (one) => chain.includes(one.stage) && one.instruction.range.start.offset <= script.instruction.range.start.offset,
  );
};
