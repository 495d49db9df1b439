import type { Argument } from "./command.ts";

/** What `set` and a shell's own options turn on, as far as it says which failures end a script. */
export interface ShellOptions {
  errexit: boolean;
  pipefail: boolean;
}

/** Applies `-e`, `+e`, `-euo pipefail`, `-o errexit` as they stand in a list of words. */
export const applyOptions = (options: ShellOptions, words: readonly string[]): void => {
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "--" || word === "-") return;
    if (!/^[-+][A-Za-z]+$/.test(word)) continue;
    const on = word.startsWith("-");
    if (word.includes("e")) options.errexit = on;
    if (!word.includes("o")) continue;
    at += 1;
    if (words[at] === "errexit") options.errexit = on;
    if (words[at] === "pipefail") options.pipefail = on;
  }
};

export const applySet = (options: ShellOptions, args: readonly Argument[]): void =>
  applyOptions(
    options,
    args.map((arg) => arg.text),
  );
