import { type DockerfileScript, type ShellCommand, UNKNOWN } from "../../../source/shell/index.ts";
import { scriptRule } from "../../packages/define.ts";
import { runCommands } from "../../packages/scripts.ts";

const PLAIN = /^(?:--?[\w-]+=)?http:\/\/(?!localhost\b|127\.|\[::1\])/i;
const ADVICE = "Use https; where there is none, check the sha256 of what came.";

/** Behind it the same script compares what came with a sum or a signature that the Dockerfile or a key says. */
const isVerified = ({ commands }: DockerfileScript, fetch: ShellCommand): boolean =>
  /^(?:curl|wget)$/.test(fetch.name) &&
  // What flows into a program or is run at once was used before any check.
  (fetch.pipeline === undefined || fetch.stage === fetch.pipeline.length - 1) &&
  commands.some(
    ({ name, args, start, isCondition }) =>
      start > fetch.start &&
      !isCondition &&
      ((/^(?:sha(?:1|224|256|384|512)|b2)sum$|^shasum$/.test(name) && args.some(({ text }) => /^(?:-\w*c\w*|--check)$/.test(text))) ||
        (/^gpgv?2?$/.test(name) && (name.startsWith("gpgv") || args.some(({ text }) => text === "--verify")))),
  );

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
      bad: "FROM debian:12\nRUN curl -fsSL http://example.com/a.tgz | tar xz && echo ok | sha256sum -c -\n",
      good: 'FROM debian:12\nARG SUM\nRUN curl -fsSL http://example.com/a.tgz -o a.tgz && echo "$SUM *a.tgz" | sha256sum -c - && tar xf a.tgz\n',
    },
    {
      bad: "FROM debian:12\nADD http://example.com/tool.tar.gz /opt/\n",
      good: "FROM debian:12\nADD https://example.com/tool.tar.gz /opt/\n",
    },
  ],
  *check(subject) {
    for (const { script, command } of runCommands(subject, new Set(["curl", "wget", "git", "pip", "pip3"]))) {
      if (isVerified(script, command)) continue;
      for (const { text, start, end } of command.args)
        if (PLAIN.test(text))
          yield {
            at: script.rangeOf(start, end),
            message: `${text.replaceAll(UNKNOWN, "...").replace(/\/\/[^/@]*@/, "//")} is fetched unprotected`,
            advice: ADVICE,
          };
    }
    for (const stage of subject.evaluation.stages)
      for (const { instruction } of stage.instructions.filter(({ triggeredBy }) => triggeredBy === undefined))
        if (instruction.keyword === "ADD" && instruction.checksum === undefined)
          for (const { kind, word } of instruction.sources)
            if (kind === "path" && PLAIN.test(word.text))
              yield { at: word.range, message: `${word.text} is fetched unprotected`, advice: ADVICE };
  },
});
