import type { DockerfileScript } from "../../../source/shell/index.ts";
import { scriptRule } from "../../packages/define.ts";
import { runScripts } from "../../packages/scripts.ts";

const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];
/** What the shell or the engine sets. */
const SHELL =
  /^(?:HOME|PATH|PWD|OLDPWD|USER|LOGNAME|SHELL|TERM|HOSTNAME|IFS|OPTARG|OPTIND|PPID|UID|EUID|RANDOM|SECONDS|LINENO|REPLY|PS[1-4]|BASH\w*|PIPESTATUS|FUNCNAME|OSTYPE|MACHTYPE|SHLVL|LANG|LC_\w+|_)$/;

/** An ONBUILD runs in another build: there only ENV is left of its own, and what ONBUILD ARG declares. */
const outsideNames = ({ isOnbuild, evaluated, stage }: DockerfileScript): readonly string[] => {
  const all = [...evaluated.environment.variables().values()];
  if (!isOnbuild) return all.map(({ name }) => name);
  const declared = stage.stage.onbuild.flatMap(({ trigger }) =>
    trigger?.keyword === "ARG" ? trigger.args.map(({ name }) => name.text) : [],
  );
  return [...all.filter(({ kind }) => kind !== "arg" && kind !== "build-arg").map(({ name }) => name), ...declared];
};

const knownNames = (script: DockerfileScript): ReadonlySet<string> =>
  new Set([
    ...PROXIES,
    ...PROXIES.map((name) => name.toLowerCase()),
    ...outsideNames(script),
    ...script.uses.filter(({ isAssigned }) => isAssigned).map(({ name }) => name),
  ]);

/** One letter more, less or other, in names long enough for that to be a slip; digits tell versions apart. */
const isNear = (name: string, other: string): boolean => {
  if (name.length < 5 || Math.abs(name.length - other.length) > 1 || /\d/.test(name) || name === other) return false;
  let from = 0;
  while (from < name.length && name[from] === other[from]) from += 1;
  const rest = (skipName: number, skipOther: number): boolean => name.slice(from + skipName) === other.slice(from + skipOther);
  return name.length === other.length ? rest(1, 1) : name.length > other.length ? rest(1, 0) : rest(0, 1);
};

export const shUndefinedVariable = scriptRule({
  id: "dockerfile/sh-undefined-variable",
  aliases: ["hadolint:SC*"],
  severity: "warning",
  summary: "Variables that a script uses are set somewhere.",
  why: 'The shell puts nothing in the place of a variable that is not set: rm -rf "$dir/"* then begins at the root.',
  source: "https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html",
  examples: [
    {
      bad: 'ARG version=1.2\nFROM ubuntu:24.04\nRUN curl -fsSLO "https://example.com/$version.tgz"\n',
      good: 'ARG version=1.2\nFROM ubuntu:24.04\nARG version\nRUN curl -fsSLO "https://example.com/$version.tgz"\n',
    },
    {
      bad: 'FROM ubuntu:24.04\nENV APP_HOME=/srv/app\nRUN mkdir -p "$APP_HOM"\n',
      good: 'FROM ubuntu:24.04\nENV APP_HOME=/srv/app\nRUN mkdir -p "$APP_HOME"\n',
    },
  ],
  *check(subject) {
    const globals = subject.evaluation.globals.variables();
    for (const script of runScripts(subject)) {
      if (script.uses.every(({ isAssigned }) => isAssigned)) continue;
      const known = knownNames(script);
      for (const { name, isAssigned, hasDefault, start, end } of script.uses) {
        if (isAssigned || hasDefault || known.has(name) || SHELL.test(name)) continue;
        const meant = [...known].find((other) => isNear(name, other));
        const at = script.rangeOf(start, end);
        if (globals.has(name))
          yield {
            at,
            message: `$${name} is empty here: an ARG above the first FROM counts for FROM lines only`,
            advice: `Declare it again in this stage: ARG ${name}.`,
          };
        else if (meant !== undefined)
          yield {
            at,
            message: `$${name} is set nowhere; ${meant} is`,
            advice: `Write $${meant}, if that is what is meant.`,
            confidence: "likely",
          };
        else if (/^[a-z]/.test(name))
          yield {
            at,
            message: `$${name} is set nowhere in this file`,
            advice: `Set it by ARG or ENV, or write \${${name}:-} where it may be empty.`,
            confidence: "likely",
          };
      }
    }
  },
});
