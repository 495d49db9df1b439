import { type DockerfileScript, scriptsOf } from "../../../source/shell/index.ts";
import { fileRule } from "../../dockerfile/define.ts";

const flagsOf = ({ instruction }: DockerfileScript): string => instruction.flags.map(({ word }) => word.text).join(" ");

export const consecutiveRuns = fileRule({
  id: "dockerfile/consecutive-runs",
  aliases: ["hadolint:DL3059", "kics:multiple_run_add_copy_instructions_listed"],
  item: "minimal-base",
  severity: "info",
  profile: "strict",
  summary: "Single commands in a row are one RUN.",
  why: "Each RUN is a layer of its own: what the second one deletes the first one's layer still holds. BuildKit's cache is a reason to keep some apart.",
  source: "https://docs.docker.com/build/building/best-practices/#run",
  examples: [
    { bad: "FROM debian:12\nRUN make\nRUN make install\n", good: "FROM debian:12\nRUN make && make install\n" },
    {
      bad: "FROM debian:12\nRUN make\n# then\nRUN make install\n",
      good: "FROM debian:12\nRUN --mount=type=cache,target=/c make\nRUN make install\n",
    },
  ],
  *check({ evaluation }) {
    const scripts = scriptsOf(evaluation).filter((one) => one.kind === "run" && one.evaluated.triggeredBy === undefined);
    for (const [index, script] of scripts.entries()) {
      const before = scripts[index - 1];
      if (before?.stage !== script.stage || before.isOnbuild !== script.isOnbuild || flagsOf(before) !== flagsOf(script)) continue;
      const { instructions } = script.stage;
      const adjacent = instructions.indexOf(script.evaluated) - instructions.indexOf(before.evaluated) === 1;
      if (adjacent && before.commands.length === 1 && script.commands.length === 1)
        yield { at: script.instruction.head, message: "this RUN could be one with the RUN above", advice: "Join them with &&." };
    }
  },
});
