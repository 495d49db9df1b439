import type { ReadStream } from "node:tty";
import { SeaworthyError } from "../core/index.ts";
import type { PasswordPrompt } from "./password.ts";

const MOST_CHARACTERS = 4096;

const readHidden = (input: ReadStream): Promise<string> =>
  new Promise((resolve, reject) => {
    let typed = "";
    const done = (settle: () => void): void => {
      input.off("data", take);
      input.setRawMode(false);
      input.pause();
      settle();
    };
    const take = (chunk: Buffer): void => {
      for (const character of chunk.toString("utf8")) {
        if (character === "\r" || character === "\n") return done(() => resolve(typed));
        if (character === "\u0003" || (character === "\u0004" && typed === ""))
          return done(() => reject(new SeaworthyError("INTERRUPTED", "no password was given", { hint: "Nothing was signed." })));
        if (character === "\u007f" || character === "\b") typed = typed.slice(0, -1);
        else if (typed.length < MOST_CHARACTERS) typed += character;
      }
    };
    input.setRawMode(true);
    input.on("data", take);
    input.resume();
  });

/** Asks at the terminal; undefined when standard input is none, so that nothing waits for an answer that cannot come. */
export const terminalPrompt = (input: ReadStream, output: { write(text: string): unknown }): PasswordPrompt | undefined =>
  input.isTTY
    ? {
        ask: async (words) => {
          output.write(words);
          try {
            return await readHidden(input);
          } finally {
            output.write("\n");
          }
        },
      }
    : undefined;
