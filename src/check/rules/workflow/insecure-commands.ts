import { spanWithin } from "../../../source/workflow/index.ts";
import { entries, head, type YamlNode } from "../../../source/yaml/index.ts";
import { ciRule, isStrict } from "../../workflow/define.ts";
import { inRun, inSteps } from "../../workflow/examples.ts";
import { scriptsOf, stepsOf } from "../../workflow/look.ts";

const ZIZMOR = "zizmor:insecure-commands";
const OTHERS = ["checkov:CKV_GHA_1", "kics:unsecured_commands"];
const RETIRED = /::(set-env|add-path|save-state|set-output)\s+name=|::add-path::/g;

export const insecureCommands = ciRule({
  id: "workflow/insecure-commands",
  aliases: [ZIZMOR, ...OTHERS, "actionlint:deprecated-commands"],
  of: ["github-workflow", "github-action"],
  severity: "error",
  summary: "Commands that read a step's output for variables and paths stay turned off.",
  why: "With them whatever a program prints, a test's name or a line of a file, can set variables and paths for the steps that follow: GitHub turned them off in 2020.",
  source: "https://github.blog/changelog/2020-10-01-github-actions-deprecating-set-env-and-add-path-commands/",
  examples: [
    {
      bad: inSteps("- run: make\n  env:\n    ACTIONS_ALLOW_UNSECURE_COMMANDS: true"),
      good: inSteps("- run: make\n  env:\n    ACTIONS_ALLOW_UNSECURE_COMMANDS: false"),
    },
    { bad: inRun('echo "::set-output name=version::1.2.3"'), good: inRun('echo "version=1.2.3" >> "$GITHUB_OUTPUT"') },
  ],
  *check(subject) {
    const { file } = subject;
    const owners: { readonly env: YamlNode | undefined; readonly isAction: boolean }[] = [];
    if (file.dialect === "github-workflow")
      owners.push({ env: file.env, isAction: false }, ...file.jobs.map(({ env }) => ({ env, isAction: false })));
    for (const { step } of stepsOf(file)) owners.push({ env: step.env, isAction: step.run === undefined });
    for (const { env, isAction } of owners) {
      const advice = "Remove it, and write to GITHUB_ENV, GITHUB_PATH and GITHUB_OUTPUT instead.";
      // zizmor asks of steps that run a script alone.
      const peers = [...(isAction ? [] : [ZIZMOR]), ...OTHERS];
      if (env?.kind === "scalar" && env.value !== null && isStrict(subject))
        yield {
          at: head(env),
          severity: "info",
          confidence: "possible",
          message: "variables that only the run decides may turn them on",
          advice,
          peers: isAction ? [] : [ZIZMOR],
        };
      for (const [name, { value }] of entries(env))
        if (name === "ACTIONS_ALLOW_UNSECURE_COMMANDS" && value.kind === "scalar" && value.text.trim().toLowerCase() === "true")
          yield { at: head(value), message: "unsafe workflow commands are turned on", advice, peers };
    }
    for (const { script, name } of scriptsOf(file))
      for (const { index, 0: written } of script.text.matchAll(RETIRED))
        yield {
          at: spanWithin(script, index, index + written.length),
          severity: "warning",
          message: `${name} uses a workflow command that GitHub retired`,
          advice: 'Append name=value to "$GITHUB_OUTPUT", "$GITHUB_ENV" or "$GITHUB_STATE", a folder to "$GITHUB_PATH".',
          peers: ["actionlint:deprecated-commands"],
        };
  },
});
