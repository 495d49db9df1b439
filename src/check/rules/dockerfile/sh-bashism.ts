import type { DockerfileScript, ShellCommand } from "../../../source/shell/index.ts";
import { scriptRule } from "../../packages/define.ts";
import { placeOf, runScripts } from "../../packages/scripts.ts";

const ADVICE = 'Choose bash where the image has it: SHELL ["/bin/bash", "-c"]; or write what POSIX has.';
const COMMANDS = new Set(["source", "pushd", "popd", "declare", "typeset", "shopt", "let", "mapfile", "readarray", "disown"]);
const VARIABLES = /^(?:RANDOM|SECONDS|EUID|PIPESTATUS|FUNCNAME|OSTYPE|MACHTYPE|BASH_\w+|DIRSTACK|SHELLOPTS)$/;

/** On these sh is bash. */
const isBash = ({ stage }: DockerfileScript): boolean => {
  const base = stage.chain[0]?.base;
  return (
    base?.kind === "image" &&
    /(?:^|\/)(?:fedora|centos|rockylinux|almalinux|redhat|ubi\d*|rhel\d*|amazonlinux|oraclelinux|opensuse|leap|tumbleweed|archlinux|bash)\b/.test(
      base.image,
    )
  );
};

const isInBash = ({ via }: ShellCommand): boolean => via !== undefined && /^(?:ba|z|k)sh$/.test(via.name);

export const shBashism = scriptRule({
  id: "dockerfile/sh-bashism",
  aliases: ["hadolint:SC*"],
  severity: "warning",
  confidence: "likely",
  summary: "Scripts for sh use only what every sh knows.",
  why: "On Debian, Ubuntu and Alpine sh is not bash: what only bash knows is an error there, or quietly means something else.",
  source: "https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html",
  examples: [
    { bad: "FROM ubuntu:24.04\nRUN if [[ -f a ]]; then echo yes; fi\n", good: "FROM ubuntu:24.04\nRUN if [ -f a ]; then echo yes; fi\n" },
    {
      bad: "FROM ubuntu:24.04\nRUN source ./env.sh && make\n",
      good: 'FROM ubuntu:24.04\nSHELL ["/bin/bash", "-c"]\nRUN source ./env.sh && make\n',
    },
  ],
  *check(subject) {
    for (const script of runScripts(subject)) {
      if ((script.shellName !== "sh" && script.shellName !== "dash") || isBash(script)) continue;
      for (const { message, at } of script.bashisms)
        yield { at: script.rangeOf(at, at + 1), message: `${message} is not known to every sh`, advice: ADVICE };
      for (const command of script.commands)
        if (COMMANDS.has(command.name) && !isInBash(command))
          yield { at: placeOf({ script, command }), message: `${command.name} is not known to every sh`, advice: ADVICE };
        else if (command.name === "[" && command.args.some(({ text, raw }) => text === "==" && raw === "=="))
          yield { at: placeOf({ script, command }), message: "== in [ is not known to every sh", advice: "Write =." };
      for (const { name, start, end, isAssigned } of script.uses)
        if (VARIABLES.test(name) && !isAssigned)
          yield { at: script.rangeOf(start, end), message: `$${name} is empty in sh`, advice: ADVICE };
    }
  },
});
