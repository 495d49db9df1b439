import { UNKNOWN } from "../../../source/shell/index.ts";
import { scriptRule } from "../../packages/define.ts";
import { runCommands } from "../../packages/scripts.ts";

const PLAIN = /^(?:--?[\w-]+=)?http:\/\/(?!localhost\b|127\.|\[::1\])/i;
const ADVICE = "Use https; where there is none, check the sha256 of what came.";

export const plainHttp = scriptRule({
  id: "dockerfile/plain-http",
  aliases: ["kics:avoid_http"],
  severity: "warning",
  confidence: "likely",
  summary: "What a build fetches comes over https.",
  why: "Over plain http anyone on the way can change what is fetched, and what is fetched runs in the build and goes into the image.",
  source: "https://docs.docker.com/build/building/best-practices/",
  examples: [
    {
      bad: "FROM debian:12\nRUN curl -fsSL http://example.com/tool -o /usr/bin/tool\n",
      good: "FROM debian:12\nRUN curl -fsSL https://example.com/tool -o /usr/bin/tool\n",
    },
    {
      bad: "FROM debian:12\nADD http://example.com/tool.tar.gz /opt/\n",
      good: "FROM debian:12\nADD https://example.com/tool.tar.gz /opt/\n",
    },
  ],
  *check(subject) {
    for (const { script, command } of runCommands(subject, new Set(["curl", "wget", "git", "pip", "pip3"])))
      for (const { text, start, end } of command.args)
        if (PLAIN.test(text))
          yield {
            at: script.rangeOf(start, end),
            message: `${text.replaceAll(UNKNOWN, "...").replace(/\/\/[^/@]*@/, "//")} is fetched unprotected`,
            advice: ADVICE,
          };
    for (const stage of subject.evaluation.stages)
      for (const { instruction } of stage.instructions.filter(({ triggeredBy }) => triggeredBy === undefined))
        if (instruction.keyword === "ADD" && instruction.checksum === undefined)
          for (const { kind, word } of instruction.sources)
            if (kind === "path" && PLAIN.test(word.text))
              yield { at: word.range, message: `${word.text} is fetched unprotected`, advice: ADVICE };
  },
});
