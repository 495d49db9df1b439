import type { DockerfileSubject } from "../subject.ts";
import { type CommandLine, optionsOf } from "./options.ts";
import { type Located, runCommands } from "./scripts.ts";

const VALUED = new Set(
  "loglevel prefix C registry cache omit include only tag w workspace userconfig globalconfig fetch-retries fetch-retry-mintimeout fetch-retry-maxtimeout fetch-timeout network-timeout cwd dir filter F modules-folder cache-folder network-concurrency location before cpu os libc script-shell".split(
    " ",
  ),
);

export interface NpmCall extends Located {
  readonly tool: string;
  readonly verb: string;
  readonly line: CommandLine;
  readonly operands: CommandLine["operands"];
}

const TOOLS = new Set(["npm", "yarn", "pnpm"]);

/** Calls of npm, yarn and pnpm. `yarn` alone is `yarn install`. */
export const npmCalls = (subject: DockerfileSubject): readonly NpmCall[] =>
  runCommands(subject, TOOLS).map((located) => {
    const line = optionsOf(located.command, { valued: VALUED });
    const [verb, ...operands] = line.operands;
    const isPlainYarn =
      located.command.name === "yarn" && verb === undefined && !line.options.some(({ name }) => /^(?:version|help|v|h)$/.test(name));
    return { ...located, tool: located.command.name, verb: verb?.text ?? (isPlainYarn ? "install" : ""), line, operands };
  });
