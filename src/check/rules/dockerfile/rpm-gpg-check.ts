import { scriptRule } from "../../packages/define.ts";
import { DNF, YUM, callsOf } from "../../packages/managers.ts";
import { optionValues } from "../../packages/options.ts";
import { placeOf } from "../../packages/scripts.ts";

export const rpmGpgCheck = scriptRule({
  id: "dockerfile/rpm-gpg-check",
  aliases: ["checkov:CKV2_DOCKER_9"],
  severity: "error",
  summary: "The signatures of what yum, dnf and tdnf install are checked.",
  why: "Whoever answers for the mirror, or stands between, chooses what is installed in the image, as root.",
  source: "https://dnf.readthedocs.io/en/latest/command_ref.html",
  examples: [
    {
      bad: "FROM rockylinux:9\nRUN dnf install -y --nogpgcheck tool-1.2.3\n",
      good: "FROM rockylinux:9\nRUN rpm --import https://example.com/key.asc && dnf install -y tool-1.2.3\n",
    },
  ],
  *check(subject) {
    for (const call of [...callsOf(subject, YUM), ...callsOf(subject, DNF)]) {
      const isOff = call.line.options.some(({ name }) => name === "nogpgcheck" || name === "no-gpgchecks");
      if (isOff || optionValues(call.line, "setopt").some((value) => /gpgcheck=(?:0|no|false)/i.test(value)))
        yield {
          at: placeOf(call),
          message: "packages are installed whoever signed them",
          advice: "Import the repository's key with rpm --import, and remove the option.",
        };
    }
  },
});
