import { fileRule } from "../../dockerfile/define.ts";
import { textOf, written } from "../../dockerfile/walk.ts";

/** What the kernel or the engine puts there is none of the image's. */
const OF_KERNEL = /^\/(?:proc|sys|dev|boot|initrd|lost\+found|run\/docker\.sock|var\/run\/docker\.sock)(?:\/|$)/;
const OF_SYSTEM = /^\/(?:etc|lib|lib64|usr|bin|sbin|root)?\/?$/;

export const systemDirectory = fileRule({
  id: "dockerfile/system-directory",
  aliases: ["trivy:DS-0030", "dockle:DKL-DI-0002"],
  item: "no-host-access",
  severity: "error",
  summary: "No WORKDIR or VOLUME is a directory of the system.",
  why: "A WORKDIR under /proc can keep a file handle of the host open: CVE-2024-21626 left the container that way. A volume over /etc or /usr hides what the image has there, and is shared with whoever mounts it.",
  source: "https://nvd.nist.gov/vuln/detail/CVE-2024-21626",
  examples: [
    { bad: "FROM debian:12\nWORKDIR /proc/self/fd/8\n", good: "FROM debian:12\nWORKDIR /usr/src/app\n" },
    { bad: 'FROM debian:12\nVOLUME ["/etc"]\n', good: 'FROM debian:12\nVOLUME ["/etc/shop"]\n' },
  ],
  *check(subject) {
    for (const one of written(subject, "WORKDIR", "VOLUME")) {
      const { instruction } = one;
      const words = "words" in instruction ? instruction.words : instruction.value === undefined ? [] : [instruction.value];
      for (const word of words) {
        const path = textOf(one, word) ?? "";
        if (OF_KERNEL.test(path) || (instruction.keyword === "VOLUME" && OF_SYSTEM.test(path)))
          yield {
            at: word.range,
            message: `${path} is the system's own`,
            advice: "Use a directory of the application's, /app or /var/lib/<name>.",
          };
      }
    }
  },
});
