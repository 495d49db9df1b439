import { forTerminal, type Progress, silentProgress } from "../core/index.ts";
import type { Context } from "./context.ts";
import type { OutputFlags } from "./outcome.ts";

/** On a terminal the current step repaints one line; in a pipe each step is a line of its own; with --json nothing. Always on stderr. */
export const progressFor = (context: Context, flags: OutputFlags): Progress => {
  if (flags.json === true) return silentProgress;
  const write = (line: string): void => context.process.stderr.write(line);
  const label = (step: string, rest?: string): string => forTerminal(rest === undefined ? step : `${step} ${rest}`).slice(0, 200);
  if (!context.terminal.stderr)
    return {
      begin: () => undefined,
      note: (words) => write(`  ${forTerminal(words)}\n`),
      end: (step, result) => write(`  ${label(step, result)}\n`),
    };
  const clear = "\r\u001b[2K";
  const paint = (colour: number, text: string): string => (context.colour.stderr ? `\u001b[${colour}m${text}\u001b[0m` : text);
  return {
    begin: (step, subject) => write(`${clear}  ${paint(2, `… ${label(step, subject)}`)}`),
    note: (words) => write(`${clear}  ${paint(33, forTerminal(words))}\n`),
    end: (step, result) => write(`${clear}  ${paint(32, "✓")} ${label(step, result)}\n`),
  };
};
