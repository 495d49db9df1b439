import { styleText } from "node:util";

/** What the demo says to the person who watches. On a terminal the step under way repaints one line; elsewhere it is silent. */
export interface Words {
  heading(text: string): void;
  say(text: string): void;
  /** Something that the demo set out to show, and whether it held. */
  proof(text: string, holds: boolean): void;
  /** Why the demo cannot go on. */
  failure(text: string): void;
  /** What goes on at this moment; gone with the next line. */
  passing(text: string): void;
}

export const createWords = (out: NodeJS.WriteStream, startedMs: number): Words => {
  const terminal = out.isTTY && process.env["TERM"] !== "dumb";
  const paint = (format: Parameters<typeof styleText>[0], text: string): string => styleText(format, text, { stream: out });
  let dirty = false;
  const line = (text: string): void => {
    out.write(`${dirty ? "\r\u001b[2K" : ""}${text}\n`);
    dirty = false;
  };
  return {
    heading: (text) => {
      line("");
      line(`${paint("bold", text)} ${paint("dim", `(${((performance.now() - startedMs) / 1000).toFixed(0)} s)`)}`);
    },
    say: (text) => line(text === "" ? "" : `  ${text}`),
    proof: (text, holds) => line(`  ${holds ? paint("green", "✓") : paint("red", "✗ NOT TRUE:")} ${text}`),
    failure: (text) => line(`  ${paint("red", "✗")} ${text}`),
    passing: (text) => {
      if (!terminal) return;
      out.write(`\r\u001b[2K  ${paint("dim", `… ${text.trim().slice(0, Math.max(20, (out.columns || 100) - 6))}`)}`);
      dirty = true;
    },
  };
};

export const count = (number: number): string => number.toLocaleString("en");
