import type { ShellCommand } from "../../source/shell/index.ts";
import type { DockerfileSubject } from "../subject.ts";
import { type CommandLine, readOptions } from "./options.ts";
import { type Located, runCommands } from "./scripts.ts";

const VALUED = new Set(
  "abi b build e editable extra-index-url file f find-links i index-url implementation no-binary only-binary platform prefix progress-bar proxy python-version root src t target trusted-host upgrade-strategy root-user-action cert client-cert retries timeout exists-action log cache-dir config-settings C global-option install-option r requirement c constraint report python use-feature use-deprecated keyring-provider group pip-args suffix dependency-groups d dest w wheel-dir".split(
    " ",
  ),
);

export interface PipCall extends Located {
  readonly tool: "pip" | "pipx" | "uv";
  readonly verb: string;
  readonly line: CommandLine;
  readonly operands: CommandLine["operands"];
}

const PIP = /^pip\d*(?:\.\d+)?$/;
const PYTHON = /^(?:python|pypy)\d*(?:\.\d+)?$/;

/** Which tool a command calls, and how many of its arguments come before the tool's own. */
const toolOf = ({ name, args }: ShellCommand): { readonly tool: PipCall["tool"]; readonly skip: number } | undefined => {
  if (PIP.test(name)) return { tool: "pip", skip: 0 };
  if (name === "pipx") return { tool: "pipx", skip: 0 };
  if (name === "uv" && args[0]?.text === "pip") return { tool: "uv", skip: 1 };
  const module = PYTHON.test(name) ? args.findIndex(({ text }) => text === "-m") : -1;
  const called = module < 0 ? undefined : args[module + 1]?.text;
  return called === "pip" || called === "pipx" ? { tool: called, skip: module + 2 } : undefined;
};

export const pipCalls = (subject: DockerfileSubject): readonly PipCall[] =>
  runCommands(subject).flatMap((located): readonly PipCall[] => {
    const found = toolOf(located.command);
    if (found === undefined) return [];
    const line = readOptions(located.command.args.slice(found.skip), { valued: VALUED });
    const [verb, ...operands] = line.operands;
    return [{ ...located, tool: found.tool, verb: verb?.text ?? "", line, operands }];
  });
