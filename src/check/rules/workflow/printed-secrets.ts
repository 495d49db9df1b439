import { fedBy, type ShellCommand, type ShellScript } from "../../../source/shell/index.ts";
import { commandSpan, scriptOf } from "../../../source/workflow/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inRun } from "../../workflow/examples.ts";
import { scriptsOf } from "../../workflow/look.ts";

const PRINTERS = new Set(["echo", "printf", "print", "write-host", "write-output"]);
const BY_NAME = /\$\{?(?:env:)?(\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIALS?))\}?(?![\w:-])/i;
const BY_TEMPLATE = /\$\{\{\s*secrets\.(\w+)\s*\}\}/i;

/** The secret that a command shows in the log: it prints it, and nothing takes what is printed. */
const shown = (script: ShellScript, command: ShellCommand): string | undefined => {
  const { name, args, redirects, isSubstitution } = command;
  if (!PRINTERS.has(name.toLowerCase())) return undefined;
  const goesOn =
    isSubstitution ||
    fedBy(script, command).length > 0 ||
    redirects.some(({ operator, target }) => operator.includes(">") && !/^(?:&?[12]|\/dev\/std(?:out|err))$/.test(target?.text ?? ""));
  if (goesOn) return undefined;
  if (args.some(({ raw }) => raw.includes("::add-mask::"))) return undefined;
  return args
    .map(({ raw }) => (raw.startsWith("'") ? BY_TEMPLATE.exec(raw) : (BY_TEMPLATE.exec(raw) ?? BY_NAME.exec(raw)))?.[1])
    .find((found) => found !== undefined);
};

export const printedSecrets = ciRule({
  id: "workflow/printed-secrets",
  aliases: [],
  of: ["github-workflow", "github-action", "gitlab"],
  item: "runtime-secrets",
  severity: "warning",
  confidence: "likely",
  summary: "Scripts do not print secrets.",
  why: "Logs are kept, copied and read by more people than may have the secret. The mask that hides it knows only its exact text, and in GitLab only variables that somebody marked.",
  source: "https://docs.gitlab.com/ci/variables/#mask-a-cicd-variable",
  examples: [
    {
      bad: 'deploy:\n  script:\n    - echo "token is $DEPLOY_TOKEN"\n',
      good: 'deploy:\n  script:\n    - echo "$DEPLOY_TOKEN" | docker login --password-stdin\n',
    },
    { bad: inRun('echo "${{ secrets.DEPLOY_TOKEN }}"'), good: inRun('printf "%s" "$DEPLOY_TOKEN" > token') },
  ],
  *check({ file }) {
    for (const { script, shell, name } of scriptsOf(file))
      for (const command of scriptOf(script, shell).commands) {
        const secret = shown(scriptOf(script, shell), command);
        if (secret !== undefined)
          yield {
            at: commandSpan(script, command),
            // GitHub hides the exact text of every secret, GitLab only of variables that somebody marked.
            ...(file.dialect === "gitlab" ? {} : { severity: "info" }),
            message: `${name} prints ${secret} into the log`,
            advice: "Remove it; to see whether it is set, print its length.",
          };
      }
  },
});
