import { UNKNOWN } from "../../../source/shell/index.ts";
import { scriptRule } from "../../packages/define.ts";
import { optionBehind } from "../../packages/fix.ts";
import { isMounted, isOn, laterThan, removes } from "../../packages/leftovers.ts";
import { hasOption, optionValues } from "../../packages/options.ts";
import { pipCalls } from "../../packages/pip.ts";
import { type Located, ifLeftBehind, placeOf } from "../../packages/scripts.ts";

const NAME = "PIP_NO_CACHE_DIR";

/** By ENV or ARG, before the command, or exported further up in the script; a value that is not known counts as on. */
const isSwitchedOff = ({ script, command }: Located): boolean => {
  const found = script.evaluated.environment.find(NAME);
  const outer =
    found.state === "set" && found.variable !== undefined
      ? [found.parts.map((part) => (typeof part === "string" ? part : UNKNOWN)).join("")]
      : [];
  const before = script.commands
    .filter((one) => one.start < command.start)
    .flatMap((one) =>
      one.name === "export"
        ? one.args.flatMap(({ text }) => (text.startsWith(`${NAME}=`) ? [text.slice(NAME.length + 1)] : []))
        : one.name === ""
          ? one.assignments.filter(({ name }) => name === NAME).map(({ text }) => text)
          : [],
    );
  const own = command.assignments.filter(({ name }) => name === NAME).map(({ text }) => text);
  const value = [...outer, ...before, ...own].at(-1);
  return value !== undefined && isOn(value) !== false;
};

const isCleaned = ({ command }: Located): boolean =>
  removes(command, "/root/.cache/pip", ".cache/pip", ".cache") ||
  (/^pip\d*$/.test(command.name) && command.args[0]?.text === "cache" && command.args[1]?.text === "purge");

export const pipCache = scriptRule({
  id: "dockerfile/pip-cache",
  aliases: ["hadolint:DL3042", "kics:pip_install_keeping_cached_packages"],
  item: "small-image",
  severity: "warning",
  summary: "No cache of pip is left in the image.",
  why: "What one instruction leaves behind stays in its layer for good, even when a later one deletes it: tens of megabytes that every pull carries and every scan reads.",
  source: "https://pip.pypa.io/en/stable/topics/caching/",
  examples: [
    {
      bad: "FROM python:3.13-slim\nRUN pip install flask==3.1.0\n",
      good: "FROM python:3.13-slim\nRUN pip install --no-cache-dir flask==3.1.0\n",
    },
    {
      bad: "FROM python:3.13-slim\nENV PIP_NO_CACHE_DIR=0\nRUN pip install flask==3.1.0\n",
      good: "FROM python:3.13-slim\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask==3.1.0\n",
    },
  ],
  *check(subject) {
    for (const call of pipCalls(subject)) {
      if (
        call.tool !== "pip" ||
        call.verb !== "install" ||
        hasOption(call.line, "no-cache-dir") ||
        isMounted(call.script, "/root/.cache/pip", ".cache/pip")
      )
        continue;
      if (optionValues(call.line, "cache-dir").some((folder) => isMounted(call.script, folder))) continue;
      if (isSwitchedOff(call) || laterThan(call).some(isCleaned)) continue;
      yield {
        at: placeOf(call),
        message: "pip keeps what it fetched in the layer",
        advice: "Add --no-cache-dir, set PIP_NO_CACHE_DIR=1, or mount a cache on /root/.cache/pip.",
        ...ifLeftBehind(subject, call.script),
        ...optionBehind(subject, call, call.line.operands[0], "--no-cache-dir"),
      };
    }
  },
});
