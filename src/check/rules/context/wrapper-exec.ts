import { readScript, type ShellScript } from "../../../source/shell/index.ts";
import { commandLine, hasInit, isFromDockerfile } from "../../effective.ts";
import { contextRule, NOTHING } from "../../rule.ts";
import type { ContextSubject } from "../../subject.ts";

const SHELL = /(?:^|\/)(?:ba|da|a|z|k)?sh$/;
const SHEBANG = /^#![ \t]*(?:\/usr\/bin\/env[ \t]+)?(?:\S*\/)?(?:ba|da|a|z|k)?sh(?:[ \t]|\r?\n|$)/;
const MAX_BYTES = 65_536;

/** The script that PID 1 runs, when it is one of the context: by its name, for where it is copied to is the image's. */
const wrapperOf = (subject: ContextSubject): { readonly path: string; readonly text: string } | undefined => {
  const [program = "", ...others] = commandLine(subject);
  const called = SHELL.test(program) ? others.find((word) => !word.startsWith("-")) : program;
  const name = called?.slice(called.lastIndexOf("/") + 1) ?? "";
  const found = subject.context.entries.filter(({ path, folder }) => !folder && (path === name || path.endsWith(`/${name}`)));
  const [only, ...more] = name === "" ? [] : found;
  if (only === undefined || more.length > 0) return undefined;
  const text = subject.context.peek(only.path, MAX_BYTES);
  // What is longer is not seen to its end.
  const isScript = text.length < MAX_BYTES && (SHEBANG.test(text) || (called !== program && !text.includes("\0")));
  return isScript ? { path: only.path, text } : undefined;
};

/** The program that a script starts last and waits for; undefined when it hands its place over, or looks after signals itself. */
const childOf = ({ commands, problems }: ShellScript): string | undefined => {
  if (problems.length > 0) return undefined;
  const own = commands.filter((one) => !one.isSubstitution && one.via === undefined);
  if (own.some(({ name, args }) => (name === "exec" && args.length > 0) || name === "trap" || name === "wait")) return undefined;
  const last = own.at(-1);
  const program = last?.program;
  if (program === undefined || /^(?:exit|return|true|:|echo|printf|\.|source)$/.test(last?.name ?? "")) return undefined;
  return program.raw.replaceAll(/["']/g, "");
};

export const wrapperExec = contextRule({
  id: "context/wrapper-exec",
  aliases: [],
  item: "graceful-stop",
  severity: "warning",
  confidence: "possible",
  summary: "A script that starts the program hands its place over with exec.",
  why: "Without exec the shell stays PID 1 and the program is its child. A shell as PID 1 neither passes the stop signal on nor ends by it: every stop waits out the grace period, then kills the program with its requests in flight.",
  source: "https://docs.docker.com/reference/dockerfile/#entrypoint",
  examples: [
    {
      bad: {
        Dockerfile: 'FROM node:24\nCOPY docker/entrypoint.sh /usr/local/bin/\nENTRYPOINT ["entrypoint.sh"]\nCMD ["node", "server.js"]\n',
        "docker/entrypoint.sh": '#!/bin/sh\nset -e\nnode migrate.js\n"$@"\n',
      },
      good: {
        Dockerfile: 'FROM node:24\nCOPY docker/entrypoint.sh /usr/local/bin/\nENTRYPOINT ["entrypoint.sh"]\nCMD ["node", "server.js"]\n',
        "docker/entrypoint.sh": '#!/bin/sh\nset -e\nnode migrate.js\nexec "$@"\n',
      },
    },
    {
      bad: { Dockerfile: 'FROM node:24\nCOPY . .\nCMD ["bash", "./start.sh"]\n', "start.sh": "node server.js\n" },
      good: {
        Dockerfile: 'FROM node:24\nCOPY . .\nENTRYPOINT ["tini", "--"]\nCMD ["./start.sh"]\n',
        "start.sh": "#!/bin/sh\nnode server.js\n",
      },
    },
  ],
  applies: (subject) =>
    isFromDockerfile(subject) && wrapperOf(subject) !== undefined ? true : `${subject.service.name} is not known to be started by a script`,
  proves: () => NOTHING,
  *check(subject) {
    // What becomes of the program behind an init only a trial can tell.
    const wrapper = hasInit(subject) ? undefined : wrapperOf(subject);
    const child = wrapper === undefined ? undefined : childOf(readScript(wrapper.text));
    if (wrapper === undefined || child === undefined) return;
    yield {
      at: ["build"],
      message: `PID 1 of ${subject.service.name} is the shell of ${wrapper.path}, which starts ${child} without exec: the stop signal may never reach it`,
      advice: `Let the script end with exec ${child}; or set init: true, and prove the stop by a trial.`,
    };
  },
});
