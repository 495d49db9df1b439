import { feeding, type ShellCommand, type ShellScript, UNKNOWN } from "../../../source/shell/index.ts";
import { commandSpan, isPosix, scriptOf } from "../../../source/workflow/index.ts";
import type { ScalarNode, Span } from "../../../source/yaml/index.ts";
import { spanWithin } from "../../../source/workflow/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inRun } from "../../workflow/examples.ts";
import { isDangerouslyTriggered, stepName, stepsOf } from "../../workflow/look.ts";

const FILE = /\$\{?(?:env:)?(GITHUB_ENV|GITHUB_PATH)\b/i;
const WRITERS = new Set(["tee", "out-file", "add-content", "set-content", "tee-object"]);
const CMD_WRITE = /^.+>>?\s*"?%(GITHUB_ENV|GITHUB_PATH)%"?.*$/gim;

/** What only says what the script says, whoever runs it. */
const saysFixed = ({ name, args, redirects }: ShellCommand): boolean => {
  if (name === "echo" || name === "printf" || name === "write-output") return args.every(({ text }) => !text.includes(UNKNOWN));
  const body = redirects.find((one) => one.body !== undefined)?.body;
  return name === "cat" && body !== undefined && args.length === 0 && !body.includes(UNKNOWN);
};

const isFixed = (script: ShellScript, command: ShellCommand): boolean => {
  const [first, ...others] = feeding(script, command);
  return first === undefined ? saysFixed(command) : [first, ...others].filter(({ stage }) => stage === 0).every(saysFixed);
};

const targetOf = (command: ShellCommand): string | undefined => {
  const written = command.redirects.filter(({ operator }) => operator.includes(">")).map(({ target }) => target?.raw ?? "");
  const named = WRITERS.has(command.name.toLowerCase()) ? command.args.map(({ raw }) => raw) : [];
  return [...written, ...named].map((word) => FILE.exec(word)?.[1]).find((file) => file !== undefined);
};

const writes = (script: ScalarNode, shell: string): readonly { readonly at: Span; readonly file: string }[] => {
  if (shell === "cmd")
    return [...script.text.matchAll(CMD_WRITE)].flatMap((match) =>
      /%(?!GITHUB_(?:ENV|PATH)%)\w+%/i.test(match[0])
        ? [{ at: spanWithin(script, match.index, match.index + match[0].length), file: match[1] ?? "" }]
        : [],
    );
  return scriptOf(script, shell).commands.flatMap((command) => {
    const file = targetOf(command);
    // A pipeline into tee says what its first command says; PowerShell's quoting is not followed that far.
    return file === undefined || (isPosix(shell) && isFixed(scriptOf(script, shell), command))
      ? []
      : [{ at: commandSpan(script, command), file }];
  });
};

export const environmentFiles = ciRule({
  id: "workflow/environment-files",
  aliases: ["zizmor:github-env"],
  of: ["github-workflow", "github-action"],
  severity: "error",
  confidence: "possible",
  summary: "What strangers send is not written into GITHUB_ENV or GITHUB_PATH.",
  why: "A line end in the text starts another variable: LD_PRELOAD, NODE_OPTIONS or a folder of programs for every later step, which runs with the repository's secrets.",
  source: "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-environment-variable",
  examples: [
    {
      bad: inRun('echo "TITLE=$TITLE" >> "$GITHUB_ENV"', "pull_request_target"),
      good: inRun('echo "title=$TITLE" >> "$GITHUB_OUTPUT"', "pull_request_target"),
    },
  ],
  *check({ file }) {
    if (file.dialect === "github-workflow" && !isDangerouslyTriggered(file)) return;
    for (const { step } of stepsOf(file))
      for (const { at, file: target } of step.run === undefined ? [] : writes(step.run, step.shell))
        yield {
          at,
          message: `${stepName(step)} writes what it was given into ${target}, for all later steps`,
          advice: "Write it to GITHUB_OUTPUT and read it as a step's output, or check that it has no line end.",
        };
  },
});
