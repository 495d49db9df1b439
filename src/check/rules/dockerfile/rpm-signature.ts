import { scriptRule } from "../../packages/define.ts";
import { placeOf, runCommands } from "../../packages/scripts.ts";

export const rpmSignature = scriptRule({
  id: "dockerfile/rpm-signature",
  aliases: ["checkov:CKV2_DOCKER_10"],
  severity: "error",
  summary: "Signatures and digests of what rpm installs are checked.",
  why: "A package whose signature and digest no one looks at may come from anyone, and may have been changed on the way.",
  source: "https://rpm.org/docs/latest/man/rpm.8",
  examples: [
    {
      bad: "FROM rockylinux:9\nRUN rpm -i --nosignature tool.rpm\n",
      good: "FROM rockylinux:9\nRUN rpm --import key.asc && rpm -i tool.rpm\n",
    },
  ],
  *check(subject) {
    for (const located of runCommands(subject, new Set(["rpm", "rpm2cpio"]))) {
      const found = located.command.args.find(({ text }) => /^--(?:nosignature|nodigest|noverify|nofiledigest)$/.test(text));
      if (found !== undefined)
        yield {
          at: placeOf(located),
          message: `rpm is told ${found.text}`,
          advice: "Import the signer's key with rpm --import, and remove the option.",
        };
    }
  },
});
