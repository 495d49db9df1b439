import { feeding, type ShellCommand, type ShellScript } from "../../../source/shell/index.ts";
import { commandSpan, scriptOf } from "../../../source/workflow/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inRun } from "../../workflow/examples.ts";
import { scriptsOf } from "../../workflow/look.ts";
import { unwrapped } from "../../workflow/programs.ts";

const SECRET = /\$\{\{[^}]*\bsecrets\b/i;
const ADDRESS = /^(?:\d{1,3}\.){3}\d{1,3}$|^[\da-f]*:[\da-f:]+$/i;
const NETCAT = new Set(["nc", "ncat", "netcat", "nc.traditional", "nc.openbsd"]);

const says = (script: ShellScript, command: ShellCommand): { readonly peer: string; readonly words: string } | undefined => {
  const { name, args } = unwrapped(command);
  if (
    (name === "curl" || name === "wget") &&
    [command, ...feeding(script, command)].some(({ args: words }) => words.some(({ raw }) => SECRET.test(raw.slice(0, 2000))))
  )
    return {
      peer: "checkov:CKV_GHA_3",
      words: `${name} sends away a secret that a template put into the script, where the process list and error messages show it`,
    };
  if (NETCAT.has(name) && args.some((arg) => ADDRESS.test(arg)))
    return { peer: "checkov:CKV_GHA_4", words: `${name} opens a connection to a bare address` };
  return undefined;
};

export const secretsSentAway = ciRule({
  id: "workflow/secrets-sent-away",
  aliases: ["checkov:CKV_GHA_3", "checkov:CKV_GHA_4"],
  of: ["github-workflow", "github-action"],
  severity: "warning",
  confidence: "likely",
  summary: "Scripts do not hand secrets to curl as words, nor open connections with netcat.",
  why: "This is how those who got a line into a workflow take its secrets out; and a secret among a command's words is seen by every process on a shared runner.",
  source: "https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information",
  examples: [
    {
      bad: inRun('curl -H "Authorization: ${{ secrets.TOKEN }}" https://api.example.com'),
      good: inRun("curl --config curl.conf https://api.example.com"),
    },
    { bad: inRun("nc 203.0.113.7 4444"), good: inRun("nc -z localhost 5432") },
  ],
  *check({ file }) {
    for (const { script, shell } of scriptsOf(file))
      for (const command of scriptOf(script, shell).commands) {
        const said = says(scriptOf(script, shell), command);
        if (said !== undefined)
          yield {
            at: commandSpan(script, command),
            message: said.words,
            advice: "Pass the secret through the environment or a file; name hosts that are known.",
            peers: [said.peer],
          };
      }
  },
});
