import { type DockerfileScript, UNKNOWN } from "../../../source/shell/index.ts";
import { scriptRule } from "../../packages/define.ts";
import { runScripts } from "../../packages/scripts.ts";

/** What cannot fail for a reason that matters. */
const HARMLESS = new Set(["echo", "printf", "yes", ":", "true"]);

/** sh has no pipefail everywhere: Debian's stops at the option, others pass over it. */
const isPlainSh = ({ shellName }: DockerfileScript): boolean => shellName === "sh" || shellName === "dash";
const setsItself = ({ commands }: DockerfileScript): boolean =>
  commands.some(({ name, args }) => name === "set" && args.some(({ text }) => text === "pipefail"));

export const pipefail = scriptRule({
  id: "dockerfile/pipefail",
  aliases: ["hadolint:DL4006", "kics:shell_running_a_pipe_without_pipefail_flag"],
  severity: "warning",
  summary: "Where output flows through a pipe, the failure of any command in it stops the build.",
  why: "A pipeline succeeds when its last command does: a download that broke off is unpacked, hashed or run as far as it came, and the build goes on.",
  source: "https://docs.docker.com/build/building/best-practices/#using-pipes",
  examples: [
    {
      bad: "FROM debian:12\nRUN curl -fsSL https://example.com/a.tgz | tar xz\n",
      good: 'FROM debian:12\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN curl -fsSL https://example.com/a.tgz | tar xz\n',
    },
    {
      bad: 'FROM alpine:3.22\nSHELL ["/bin/sh", "-o", "pipefail", "-c"]\nRUN wget -qO- https://example.com/a | wc -l\n',
      good: "FROM alpine:3.22\nRUN set -o pipefail && wget -qO- https://example.com/a | wc -l\n",
    },
  ],
  *check(subject) {
    for (const script of runScripts(subject)) {
      const seen = new Set<object>();
      for (const command of script.commands) {
        const { pipeline } = command;
        if (pipeline === undefined || command.isCondition || seen.has(pipeline)) continue;
        seen.add(pipeline);
        const members = script.commands.filter((one) => one.pipeline === pipeline && one.via === undefined);
        const early = members.filter(({ stage }) => stage < pipeline.length - 1);
        if (early.length > 0 && early.every(({ name }) => HARMLESS.has(name))) continue;
        if (!pipeline.pipefail || (isPlainSh(script) && !setsItself(script)))
          yield {
            at: script.rangeOf(pipeline.start, pipeline.end),
            message: `a failure of ${command.name === "" || command.name.includes(UNKNOWN) ? "the first command" : command.name} in this pipe goes unnoticed`,
            advice:
              'Put SHELL ["/bin/bash", "-o", "pipefail", "-c"] before it, or begin a script for bash with set -o pipefail; or write to a file first.',
          };
      }
    }
  },
});
