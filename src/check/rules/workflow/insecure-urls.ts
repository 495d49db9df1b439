import { commandSpan, scriptOf } from "../../../source/workflow/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inRun } from "../../workflow/examples.ts";
import { scriptsOf } from "../../workflow/look.ts";
import { unwrapped } from "../../workflow/programs.ts";

const FETCHERS = new Set([
  "curl",
  "wget",
  "git",
  "pip",
  "pip3",
  "npm",
  "docker",
  "apt-key",
  "rpm",
  "helm",
  "gem",
  "iwr",
  "invoke-webrequest",
  "irm",
  "invoke-restmethod",
]);
const INSECURE = /(?:^|[\s="'(+])((?:http|git|ftp):\/\/([^\s/:"'@]+@)?(\[[^\]]+\]|[^\s/:"']+))/i;
/** Names within the job's own network have no dot; addresses of one's own machine or network are no way through others' hands. */
const OWN =
  /^(?:localhost|[\w-]+|\[::1\]|127\.[\d.]+|0\.0\.0\.0|10\.[\d.]+|192\.168\.[\d.]+|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|.*\.(?:local|internal|test|localhost))$|[${\0]/i;

export const insecureUrls = ciRule({
  id: "workflow/insecure-urls",
  aliases: ["zizmor:insecure-url-scheme"],
  of: ["github-workflow", "github-action", "gitlab"],
  severity: "warning",
  summary: "What a pipeline fetches comes over an encrypted and verified connection.",
  why: "Over http://, git:// and ftp:// anyone on the way can put in another file, and the job runs or ships it.",
  source: "https://docs.github.com/en/actions/reference/security/secure-use",
  examples: [
    {
      bad: inRun("curl -fsSLO http://example.com/tool.tar.gz"),
      good: inRun("curl -fsSLO https://example.com/tool.tar.gz\ncurl http://localhost:8080/healthz"),
    },
  ],
  *check({ file }) {
    for (const { script, shell, name } of scriptsOf(file))
      for (const command of scriptOf(script, shell).commands) {
        if (!FETCHERS.has(unwrapped(command).name.toLowerCase())) continue;
        for (const { text } of command.args) {
          const [, url, , host = ""] = INSECURE.exec(text) ?? [];
          if (url !== undefined && !OWN.test(host))
            yield {
              at: commandSpan(script, command),
              message: `${name} fetches from ${host} without encryption`,
              advice: "Use https://, and check what was fetched against its sha256.",
            };
        }
      }
  },
});
