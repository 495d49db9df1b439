import { type DockerfileScript, type PipelineOf, type ShellCommand, UNKNOWN } from "../../../source/shell/index.ts";
import { scriptRule } from "../../packages/define.ts";
import { runScripts } from "../../packages/scripts.ts";

/** What cannot fail for a reason that matters. */
const HARMLESS = new Set(["echo", "printf", "yes", ":", "true"]);

/** sh has no pipefail everywhere: Debian's stops at the option, others pass over it. */
const isPlainSh = ({ shellName }: DockerfileScript): boolean => shellName === "sh" || shellName === "dash";
const setsItself = ({ commands }: DockerfileScript): boolean =>
  commands.some(({ name, args }) => name === "set" && args.some(({ text }) => text === "pipefail"));

/** All that runs before the last stage, within braces and loops too. */
const earlier = ({ commands }: DockerfileScript, pipeline: PipelineOf): readonly ShellCommand[] =>
  commands.filter((one) => [one, one.group].some((at) => at?.pipeline === pipeline && at.stage < pipeline.length - 1));

/** `bash -o pipefail -c "..."`, whatever the shell of the RUN is. */
const isRunWithPipefail = ({ via }: ShellCommand): boolean =>
  via !== undefined && /^(?:ba|z|k|a)sh$/.test(via.name) && via.args.some(({ text }) => text === "pipefail");

const isTold = ({ name }: ShellCommand): boolean => name !== "" && !name.includes(UNKNOWN) && !HARMLESS.has(name);

/** Within `$(...)` among the arguments of a command, whose own end is all that counts. */
const isArgument = ({ commands }: DockerfileScript, { start, end }: PipelineOf): boolean =>
  commands.some((one) => one.name !== "" && one.args.some((word) => word.start <= start && end < word.end));

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
    {
      bad: "FROM debian:12\nRUN { echo a; cat /b; } | debconf-set-selections\n",
      good: "FROM debian:12\nRUN { echo a; echo b; } | debconf-set-selections\n",
    },
  ],
  *check(subject) {
    for (const script of runScripts(subject)) {
      const seen = new Set<object>();
      for (const command of script.commands) {
        const { pipeline } = command;
        if (pipeline === undefined || command.isCondition || seen.has(pipeline) || isRunWithPipefail(command)) continue;
        seen.add(pipeline);
        const early = earlier(script, pipeline);
        if (early.length > 0 && early.every(({ name }) => HARMLESS.has(name))) continue;
        if (!pipeline.pipefail || (isPlainSh(script) && !setsItself(script)))
          yield {
            at: script.rangeOf(pipeline.start, pipeline.end),
            message: `a failure of ${early.find(isTold)?.name ?? "the first command"} in this pipe goes unnoticed`,
            advice: isArgument(script, pipeline)
              ? "Write x=$(...) as a command of its own, with pipefail on, and use $x: no shell looks at how a substitution among arguments ended."
              : 'Put SHELL ["/bin/bash", "-o", "pipefail", "-c"] before it, or begin a script for bash with set -o pipefail; or write to a file first.',
          };
      }
    }
  },
});
