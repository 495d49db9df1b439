import type { DockerfileScript, ShellCommand } from "../../../source/shell/index.ts";
import { scriptRule } from "../../packages/define.ts";
import { placeOf, runScripts } from "../../packages/scripts.ts";

const HARMLESS = new Set([
  "",
  "set",
  "echo",
  "printf",
  ":",
  "true",
  "export",
  "unset",
  "umask",
  "local",
  "readonly",
  "shopt",
  "trap",
  "exit",
]);

/** Its failure has no effect: something follows that does not ask. */
const isUnnoticed = ({ errexit, isCondition, isSubstitution, after, name, before }: ShellCommand): boolean =>
  !errexit && !isCondition && !isSubstitution && after === ";" && before !== "||" && !HARMLESS.has(name);

/** It is in the here-document that a shell of the RUN reads. */
const isHeredocOf = ({ via, start }: ShellCommand, { instruction, text }: DockerfileScript): boolean =>
  instruction.heredocs.length > 0 && via !== undefined && /^(?:ba|da|z|k|a)?sh$/.test(via.name) && start > text.indexOf("\n");

export const heredocErrexit = scriptRule({
  id: "dockerfile/heredoc-errexit",
  aliases: [],
  severity: "error",
  summary: "A script in a here-document stops at the first command that fails.",
  why: "The lines of a here-document are a script: without set -e only the last one decides, and an image is built from what the failed ones left.",
  source: "https://docs.docker.com/reference/dockerfile/#here-documents",
  examples: [
    { bad: "FROM debian:12\nRUN <<EOF\nmake\nmake install\nEOF\n", good: "FROM debian:12\nRUN <<EOF\nset -e\nmake\nmake install\nEOF\n" },
    {
      bad: "FROM debian:12\nRUN <<EOF bash\n./build.sh\necho done\nEOF\n",
      good: 'FROM debian:12\nSHELL ["/bin/bash", "-e", "-c"]\nRUN <<EOF\n./build.sh\necho done\nEOF\n',
    },
  ],
  *check(subject) {
    for (const script of runScripts(subject)) {
      const found = script.commands.find(
        (command) => isUnnoticed(command) && (script.form === "heredoc" ? command.via === undefined : isHeredocOf(command, script)),
      );
      if (found !== undefined)
        yield {
          at: placeOf({ script, command: found }),
          message: `when ${found.name} fails, the script goes on and the build with it`,
          advice: "Begin the here-document with set -e (and set -o pipefail where the shell has it).",
        };
    }
  },
});
