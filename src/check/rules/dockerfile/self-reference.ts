import { fileRule } from "../../dockerfile/define.ts";
import { written } from "../../dockerfile/walk.ts";

const USE = /(\\?)\$(?:\{(\w+)|(\w+))/g;

export const selfReference = fileRule({
  id: "dockerfile/self-reference",
  aliases: ["hadolint:DL3044", "kics:env_no_refer_envvar"],
  severity: "error",
  summary: "A value in ENV uses no variable that the same ENV sets.",
  why: "All values of one ENV are worked out before any is set: the variable has the value from above, or is empty.",
  source: "https://docs.docker.com/reference/dockerfile/#environment-replacement",
  examples: [
    { bad: "FROM node:24\nENV ROOT=/srv DATA=$ROOT/data\n", good: "FROM node:24\nENV ROOT=/srv\nENV DATA=$ROOT/data\n" },
    { bad: "FROM node:24\nENV ROOT=/srv DATA=${ROOT}\n", good: "FROM node:24\nENV PATH=/opt/bin:$PATH\n" },
  ],
  *check(subject) {
    for (const { instruction, evaluated } of written(subject, "ENV")) {
      const names = new Set(instruction.pairs.map(({ key }) => key.text));
      for (const { key, value } of instruction.pairs) {
        if (value.text.startsWith("'")) continue;
        for (const match of value.text.matchAll(USE)) {
          const name = match[2] ?? match[3] ?? "";
          if (match[1] !== "" || name === key.text || !names.has(name)) continue;
          const found = evaluated.environment.find(name);
          if (found.state === "set" && found.variable !== undefined) continue;
          yield {
            at: value.rangeOf(match.index, match.index + match[0].length),
            message: `${name} is set by this very ENV: ${key.text} does not get that value`,
            advice: `Set ${name} in an ENV of its own above.`,
          };
        }
      }
    }
  },
});
