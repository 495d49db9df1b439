import { scriptRule } from "../../packages/define.ts";
import { placeOf, runCommands } from "../../packages/scripts.ts";

const PROGRAMS = /^(?:yum|dnf5?|microdnf|tdnf|yum-config-manager)$/;

export const rpmTlsCheck = scriptRule({
  id: "dockerfile/rpm-tls-check",
  aliases: ["checkov:CKV2_DOCKER_15"],
  severity: "error",
  summary: "Repositories of yum and dnf are reached with their certificates checked.",
  why: "With sslverify off anyone on the way can answer for the repository, for this build and, where it is saved, for every later one.",
  source: "https://dnf.readthedocs.io/en/latest/command_ref.html",
  examples: [
    {
      bad: "FROM rockylinux:9\nRUN yum-config-manager --save --setopt=acme.sslverify=0\n",
      good: "FROM rockylinux:9\nRUN yum-config-manager --save --setopt=acme.sslcacert=/etc/pki/acme.pem\n",
    },
  ],
  *check(subject) {
    for (const located of runCommands(subject)) {
      const { name, args } = located.command;
      if (!PROGRAMS.test(name)) continue;
      if (args.some(({ text }) => /(?:^|[=.,])sslverify=(?:0|no|false|off)$/i.test(text)))
        yield {
          at: placeOf(located),
          message: "certificates of package repositories are not checked",
          advice: "Give the repository's authority by sslcacert instead.",
        };
    }
  },
});
