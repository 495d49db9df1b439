import type { ScalarNode } from "../../yaml/index.ts";
import type { Command } from "./command.ts";
import { posixCommands, posixProblems } from "./posix.ts";
import { powershellCommands } from "./powershell.ts";

export { type Command, commandSpan, type Word } from "./command.ts";

const POSIX = new Set(["bash", "sh", "zsh", "dash", "ksh", "ash"]);

export const isPosix = (shell: string): boolean => POSIX.has(shell);
export const isPowershell = (shell: string): boolean => shell === "pwsh" || shell === "powershell";

const known = new WeakMap<ScalarNode, Map<string, readonly Command[]>>();

/** The commands of a `run:` or a line of `script:`; none for shells that are not read (cmd, python). */
export const commandsOf = (script: ScalarNode, shell: string): readonly Command[] => {
  const form = isPosix(shell) ? "posix" : isPowershell(shell) ? "powershell" : undefined;
  if (form === undefined) return [];
  const forms = known.get(script) ?? new Map<string, readonly Command[]>();
  known.set(script, forms);
  const before = forms.get(form);
  if (before !== undefined) return before;
  const commands = form === "posix" ? posixCommands(script.text) : powershellCommands(script.text);
  forms.set(form, commands);
  return commands;
};

/** Syntax errors of a script, with offsets in its text; none for shells that are not read. */
export const scriptProblems = (script: ScalarNode, shell: string): ReturnType<typeof posixProblems> =>
  isPosix(shell) ? posixProblems(script.text) : [];
