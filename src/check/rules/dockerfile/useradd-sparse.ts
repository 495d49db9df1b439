import { runCommands, wordsOf } from "../../dockerfile/commands.ts";
import { fileRule } from "../../dockerfile/define.ts";

const SMALL = 99_999;

const userId = (words: readonly string[]): number => {
  const joined = /(?:^|\s)(?:-[a-zA-Z]*u|--uid)[\s=]*(\d+)(?=\s|$)/.exec(words.join(" "));
  return Number(joined?.[1] ?? 0);
};

export const useraddSparse = fileRule({
  id: "dockerfile/useradd-sparse",
  aliases: ["hadolint:DL3046", "kics:use_recommended_flags_with_useradd"],
  item: "minimal-base",
  severity: "info",
  summary: "A useradd with a high number has the flag --no-log-init.",
  why: "Without it the log of failed logins is filled up to that number: a sparse file of gigabytes, which the layer holds in full.",
  source: "https://docs.docker.com/build/building/best-practices/#user",
  examples: [
    { bad: "FROM debian:12\nRUN useradd -u 1234567 app\n", good: "FROM debian:12\nRUN useradd --no-log-init -u 1234567 app\n" },
    { bad: "FROM debian:12\nRUN useradd --uid=1234567 app\n", good: "FROM debian:12\nRUN useradd -u 10001 app\n" },
  ],
  *check(subject) {
    for (const { command, range } of runCommands(subject, "useradd")) {
      const words = wordsOf(command);
      const quiet = words.some((word) => word === "--no-log-init" || /^-[a-zA-Z]*l/.test(word));
      if (!quiet && userId(words) > SMALL)
        yield { at: range, message: `useradd with the number ${userId(words)} writes a huge sparse file`, advice: "Add --no-log-init." };
    }
  },
});
