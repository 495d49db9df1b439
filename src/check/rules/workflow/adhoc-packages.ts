import { type ShellCommand, UNKNOWN } from "../../../source/shell/index.ts";
import { commandSpan, scriptOf } from "../../../source/workflow/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inRun } from "../../workflow/examples.ts";
import { scriptsOf } from "../../workflow/look.ts";
import { unwrapped } from "../../workflow/programs.ts";

/** Verbs that install what is named behind them, by package manager; without a name they install what the lock file says. */
const INSTALLS: Readonly<Record<string, readonly string[]>> = {
  gem: ["install", "i"],
  npm: ["install", "i", "add", "in", "ins", "inst", "insta", "instal", "isnt", "isnta", "isntal", "isntall"],
};

const installed = (command: ShellCommand): string | undefined => {
  const { name, args } = unwrapped(command);
  const verbs = Object.hasOwn(INSTALLS, name) ? INSTALLS[name] : undefined;
  const [verb, ...named] = args.filter((arg) => !arg.startsWith("-"));
  if (verbs === undefined || verb === undefined || !verbs.includes(verb)) return undefined;
  return named.find((one) => !/^\.{0,2}\//.test(one) && one !== "." && !/\.(?:tgz|gem)$/.test(one));
};

export const adhocPackages = ciRule({
  id: "workflow/adhoc-packages",
  aliases: ["zizmor:adhoc-packages"],
  of: ["github-workflow", "github-action", "gitlab"],
  severity: "info",
  summary: "Packages that CI needs come from a lock file.",
  why: "A package installed by name is resolved anew in every run, with all it depends on: a version published a minute ago by a thief runs with the pipeline's secrets, and no lock file shows it.",
  source: "https://docs.npmjs.com/cli/commands/npm-ci",
  examples: [
    { bad: inRun("npm install -g oxlint@1.55.0"), good: inRun("npm ci") },
    { bad: "lint:\n  script:\n    - gem install rubocop\n", good: "lint:\n  script:\n    - bundle install\n" },
  ],
  *check({ file }) {
    for (const { script, shell, name } of scriptsOf(file))
      for (const command of scriptOf(script, shell).commands) {
        const what = installed(command);
        if (what !== undefined)
          yield {
            at: commandSpan(script, command),
            message: `${name} installs ${what.replaceAll(UNKNOWN, "...")} outside of any lock file`,
            advice: "Add it to the project's manifest and lock file, and install from those.",
          };
      }
  },
});
