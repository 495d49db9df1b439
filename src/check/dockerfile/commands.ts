import type { Range } from "../../core/index.ts";
import { type DockerfileScript, scriptsOf, type ShellCommand } from "../../source/shell/index.ts";
import type { DockerfileSubject } from "../subject.ts";

/** A command that a build runs, and where it stands. */
export interface RunCommand {
  readonly script: DockerfileScript;
  readonly command: ShellCommand;
  readonly range: Range;
}

/** The commands of all RUN instructions, those behind ONBUILD too; with names only these. */
export const runCommands = ({ evaluation }: DockerfileSubject, ...names: readonly string[]): readonly RunCommand[] =>
  scriptsOf(evaluation)
    .filter((script) => script.kind === "run" && script.evaluated.triggeredBy === undefined)
    .flatMap((script) =>
      script.commands
        .filter((command) => names.length === 0 || names.includes(command.name))
        .map((command) => ({ script, command, range: script.rangeOf(command.start, command.end) })),
    );

/** The words behind a program, as far as they are known. */
export const wordsOf = ({ args }: ShellCommand): readonly string[] => args.map(({ text }) => text);
