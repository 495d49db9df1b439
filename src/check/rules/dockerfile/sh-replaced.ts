import { scriptRule } from "../../packages/define.ts";
import { placeOf, runCommands } from "../../packages/scripts.ts";

export const shReplaced = scriptRule({
  id: "dockerfile/sh-replaced",
  aliases: ["hadolint:DL4005", "kics:changing_default_shell_using_run_command"],
  severity: "warning",
  summary: "Another shell is chosen by SHELL, not by putting it in the place of /bin/sh.",
  why: "Every script of the image, those of its packages too, then runs under another shell than the one it was written and tested for.",
  source: "https://docs.docker.com/reference/dockerfile/#shell",
  examples: [{ bad: "FROM debian:12\nRUN ln -sf /bin/bash /bin/sh\n", good: 'FROM debian:12\nSHELL ["/bin/bash", "-c"]\nRUN make\n' }],
  *check(subject) {
    for (const located of runCommands(subject, new Set(["ln", "mv", "cp", "update-alternatives"])))
      if (located.command.args.findLastIndex(({ text }) => text === "/bin/sh" || text === "/usr/bin/sh") > 0)
        if (located.command.name === "update-alternatives" || /^(?:\/usr)?\/bin\/sh$/.test(located.command.args.at(-1)?.text ?? ""))
          yield { at: placeOf(located), message: "/bin/sh is replaced", advice: 'Write SHELL ["/bin/bash", "-c"] instead.' };
  },
});
