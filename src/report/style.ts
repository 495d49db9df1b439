/** `ansi` for a terminal that shows colours, `plain` for files, pipes and NO_COLOR. */
export type Style = "ansi" | "plain";

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], yellow: [33, 39], green: [32, 39], cyan: [36, 39] } as const;

export type Paint = Readonly<Record<keyof typeof CODES, (text: string) => string>>;

/** Colours by name; in `plain` all of them leave the text as it is. */
export const paintOf = (style: Style): Paint => {
  const brush =
    (name: keyof typeof CODES) =>
    (text: string): string => {
      const [on, off] = CODES[name];
      return style === "plain" || text === "" ? text : `\u001b[${on}m${text}\u001b[${off}m`;
    };
  return { bold: brush("bold"), dim: brush("dim"), red: brush("red"), yellow: brush("yellow"), green: brush("green"), cyan: brush("cyan") };
};

/** Breaks words at spaces to lines of at most `width`; a longer word stays whole. */
export const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
};

/** `1 error`, `2 errors`. */
export const count = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? "" : "s"}`;
