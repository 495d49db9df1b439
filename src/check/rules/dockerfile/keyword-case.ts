import { fileRule } from "../../dockerfile/define.ts";

export const keywordCase = fileRule({
  id: "dockerfile/keyword-case",
  aliases: ["buildkit:ConsistentInstructionCasing"],
  severity: "info",
  summary: "All instructions of a file are written in one case.",
  why: "Instructions stand out from their arguments only when they look alike; the odd one is overlooked by readers and by scripts that search for it.",
  source: "https://docs.docker.com/reference/build-checks/consistent-instruction-casing/",
  examples: [
    { bad: "FROM node:24\ncopy . /app\nUSER node\n", good: "FROM node:24\nCOPY . /app\nUSER node\n" },
    { bad: "From node:24\n", good: "from node:24\ncopy . /app\n" },
  ],
  *check({ file }) {
    // BuildKit looks at stages only.
    const above = new Set(file.globalArgs.map((one) => one.word));
    const words = file.instructions.filter((one) => one.keyword !== "UNKNOWN").map((one) => one.word);
    const counted = words.filter((word) => !above.has(word));
    const lower = counted.filter(({ text }) => text === text.toLowerCase()).length;
    const upper = counted.filter(({ text }) => text === text.toUpperCase()).length;
    const wanted = (text: string): string => (lower > upper ? text.toLowerCase() : text.toUpperCase());
    for (const word of words)
      if (word.text !== wanted(word.text))
        yield {
          at: word.range,
          message: `${word.text} is not in the case of the others`,
          advice: `Write ${wanted(word.text)}, as most of the file is.`,
          ...(above.has(word) ? { peers: [] } : {}),
        };
  },
});
