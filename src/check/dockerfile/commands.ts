import type { Range } from "../../core/index.ts";
import { type DockerfileScript, scriptsOf, type ShellCommand } from "../../source/shell/index.ts";
import type { DockerfileSubject } from "../subject.ts";

/** A command that a build runs, and where it stands. */
export interface RunCommand {
  readonly script: DockerfileScript;
  readonly command: ShellCommand;
  readonly range: Range;
}

const known = new WeakMap<DockerfileSubject["evaluation"], readonly RunCommand[]>();

const allCommands = (evaluation: DockerfileSubject["evaluation"]): readonly RunCommand[] => {
  const found =
    known.get(evaluation) ??
    scriptsOf(evaluation)
      .filter((script) => script.kind === "run" && script.evaluated.triggeredBy === undefined)
      .flatMap((script) =>
        script.commands.map((command) => ({
          script,
          command,
          // Of most commands nobody says anything: their places are counted when asked for.
          get range() {
            return script.rangeOf(command.start, command.end);
          },
        })),
      );
  known.set(evaluation, found);
  return found;
};

/** The commands of all RUN instructions, those behind ONBUILD too; with names only these. */
export const runCommands = ({ evaluation }: DockerfileSubject, ...names: readonly string[]): readonly RunCommand[] =>
  names.length === 0 ? allCommands(evaluation) : allCommands(evaluation).filter(({ command }) => names.includes(command.name));

/** The words behind a program, as far as they are known. */
export const wordsOf = ({ args }: ShellCommand): readonly string[] => args.map(({ text }) => text);
