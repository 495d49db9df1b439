import { fedBy, type ShellCommand, type ShellScript } from "../../../source/shell/index.ts";
import { commandSpan, scriptOf } from "../../../source/workflow/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inRun } from "../../workflow/examples.ts";
import { scriptsOf } from "../../workflow/look.ts";
import { unwrapped } from "../../workflow/programs.ts";

const FETCHERS = new Set(["curl", "wget", "iwr", "irm", "invoke-webrequest", "invoke-restmethod"]);
const READERS = /^(?:(?:ba|da|z|k|a)?sh|python[\d.]*|perl|ruby|node|iex|invoke-expression)$/i;

const CHECKERS = /^(?:sha\d+sum|gpg|cosign|shasum)$/;

/** `curl ... | sh`, with anything between, and `sh -c "$(curl ...)"`. */
const isPiped = (script: ShellScript, command: ShellCommand): boolean => {
  if (!FETCHERS.has(unwrapped(command).name.toLowerCase())) return false;
  const deciding = fedBy(script, command).find((one) => READERS.test(unwrapped(one).name) || CHECKERS.test(one.name));
  return deciding !== undefined && !CHECKERS.test(deciding.name);
};

const evaluates = (command: ShellCommand): boolean =>
  (READERS.test(command.name) || command.name === "eval") && command.args.some(({ raw }) => /(?:\$\(|`|<\()\s*(?:curl|wget)\b/.test(raw));

export const pipedToShell = ciRule({
  id: "workflow/piped-to-shell",
  aliases: [],
  of: ["github-workflow", "github-action", "gitlab"],
  severity: "warning",
  summary: "What is fetched is checked before it is run.",
  why: "Such a line runs whatever the server sends that day, half of it when the connection breaks; Codecov's uploader was replaced in this way in 2021, and took the secrets of thousands of pipelines.",
  source: "https://about.codecov.io/security-update/",
  examples: [
    {
      bad: inRun("curl -fsSL https://example.com/install.sh | sudo bash"),
      good: inRun('curl -fsSLO https://example.com/install.sh\necho "$SHA256  install.sh" | sha256sum --check\nsh install.sh'),
    },
    { bad: "build:\n  script:\n    - wget -qO- https://example.com/install.sh | sh\n", good: "build:\n  script:\n    - ./install.sh\n" },
  ],
  *check({ file }) {
    for (const { script, shell, name } of scriptsOf(file))
      for (const command of scriptOf(script, shell).commands)
        if (isPiped(scriptOf(script, shell), command) || evaluates(command))
          yield {
            at: commandSpan(script, command),
            message: `${name} runs what it fetches, unseen`,
            advice: "Fetch a fixed version to a file, check its sha256 or signature, then run it; or take it from an image or package.",
          };
  },
});
