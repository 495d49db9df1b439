import { scriptRule } from "../../packages/define.ts";
import { optionBehind } from "../../packages/fix.ts";
import { fetches } from "../../packages/fetch.ts";
import { hasOption } from "../../packages/options.ts";
import { placeOf } from "../../packages/scripts.ts";

export const wgetProgress = scriptRule({
  id: "dockerfile/wget-progress",
  aliases: ["hadolint:DL3047"],
  severity: "info",
  summary: "No progress bar of wget is drawn into the build's log.",
  why: "A bar that is drawn for a terminal becomes hundreds of lines in a log: what went wrong is lost among them.",
  source: "https://www.gnu.org/software/wget/manual/wget.html#Logging-and-Input-File-Options",
  examples: [
    {
      bad: "FROM debian:12\nRUN wget https://example.com/a\n",
      good: "FROM debian:12\nRUN wget --progress=dot:giga https://example.com/a\n",
    },
    { bad: "FROM debian:12\nRUN wget -O a https://example.com/a\n", good: "FROM debian:12\nRUN wget -nv -O a https://example.com/a\n" },
  ],
  *check(subject) {
    for (const found of fetches(subject))
      if (
        found.tool === "wget" &&
        !hasOption(
          found.line,
          "progress",
          "q",
          "quiet",
          "no-verbose",
          "o",
          "output-file",
          "a",
          "append-output",
          "version",
          "V",
          "help",
          "spider",
        ) &&
        !found.command.args.some(({ text }) => /^-\w*nv/.test(text))
      )
        yield {
          at: placeOf(found),
          message: "wget draws a progress bar into the log",
          advice: "Add -nv, or --progress=dot:giga.",
          ...optionBehind(subject, found, found.command.program, "-nv"),
        };
  },
});
