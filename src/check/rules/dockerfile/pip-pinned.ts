import { scriptRule } from "../../packages/define.ts";
import { hasOption, optionValues } from "../../packages/options.ts";
import { isPath, unpinned } from "../../packages/pinned.ts";
import { pipCalls } from "../../packages/pip.ts";
import { placeOf } from "../../packages/scripts.ts";

const FROM_GIT = /^(?:[\w.[\]-]+\s*@\s*)?(?:git|hg|bzr|svn)\+/;
/** A version or range, a commit behind `@`, a file or an address of one, a folder. */
const isPinned = (name: string): boolean =>
  FROM_GIT.test(name)
    ? /[^/]@[^/@]+$/.test(name.replace(/#.*$/, "").replace(/^[^@]*:\/\/[^/]*/, ""))
    : /[=<>~!]=|[<>]|\.(?:whl|tar\.\w+|tgz|zip|txt)\b|\/|^\.|@/.test(name) || isPath(name);

export const pipPinned = scriptRule({
  id: "dockerfile/pip-pinned",
  aliases: ["hadolint:DL3013", "kics:unpinned_package_version_in_pip_install"],
  severity: "warning",
  summary: "Packages of pip are installed in a version that is named.",
  why: "Two builds of one commit give two different images: the fault that only the new one has cannot be traced, and a rollback by rebuilding is none.",
  source: "https://pip.pypa.io/en/stable/topics/repeatable-installs/",
  examples: [
    {
      bad: "FROM python:3.13-slim\nRUN pip install --no-cache-dir flask\n",
      good: "FROM python:3.13-slim\nRUN pip install --no-cache-dir flask==3.1.0\n",
    },
    {
      bad: "FROM python:3.13-slim\nRUN python -m pip install git+https://github.com/acme/tool.git\n",
      good: "FROM python:3.13-slim\nRUN pip install -r requirements.txt\n",
    },
  ],
  *check(subject) {
    for (const call of pipCalls(subject)) {
      const { line, operands, verb } = call;
      if (verb !== "install" || hasOption(line, "r", "requirement", "c", "constraint", "group", "dependency-groups")) continue;
      const editable = optionValues(line, "e", "editable");
      if (editable.some((value) => !isPinned(value)))
        yield {
          at: placeOf(call),
          message: `${editable.join(", ")} is installed in whatever version is there on the day of the build`,
          advice: "Name a tag or commit behind @.",
        };
      const packages = call.tool === "uv" ? operands.slice(1) : operands;
      yield* unpinned(
        call,
        packages,
        isPinned,
        (name) => `Name the version: ${name}==1.2.3; or install from a requirements file with hashes.`,
      );
    }
  },
});
