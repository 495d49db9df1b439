import { readPowershell, readScript, type ShellScript } from "../shell/index.ts";
import type { ScalarNode, Span } from "../yaml/index.ts";
import { fences } from "./template.ts";
import { spanWithin } from "./text-offsets.ts";

const POSIX = new Set(["bash", "sh", "zsh", "dash", "ksh", "ash"]);

export const isPosix = (shell: string): boolean => POSIX.has(shell);
const isPowershell = (shell: string): boolean => shell === "pwsh" || shell === "powershell";

const known = new WeakMap<ScalarNode, Map<string, ShellScript>>();

const NOTHING: Omit<ShellScript, "text"> = { commands: [], uses: [], substitutions: [], bashisms: [], problems: [] };

/**
 * A `run:` or a line of `script:`, read by the shell that runs it; empty for shells that are not read (cmd, python). Offsets count in the scalar's value: see
 * `commandSpan`. Templates are letters whose value is not known.
 */
export const scriptOf = (script: ScalarNode, shell: string): ShellScript => {
  const { text } = script;
  const form = isPosix(shell) ? `/bin/${shell}` : isPowershell(shell) ? "pwsh" : undefined;
  if (form === undefined) return { text, ...NOTHING };
  const forms = known.get(script) ?? new Map<string, ShellScript>();
  known.set(script, forms);
  const read =
    forms.get(form) ??
    (form === "pwsh" ? readPowershell(text, fences(text)) : readScript(text, { shell: [form, "-e"], opaque: fences(text) }));
  forms.set(form, read);
  return read;
};

/** Where the first line of a command stands in the file. */
export const commandSpan = (script: ScalarNode, { start, end }: { readonly start: number; readonly end: number }): Span => {
  const line = script.text.indexOf("\n", start);
  return spanWithin(script, start, line > start && line < end ? line : end);
};
