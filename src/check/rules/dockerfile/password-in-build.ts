import { runCommands, wordsOf } from "../../dockerfile/commands.ts";
import { fileRule } from "../../dockerfile/define.ts";

export const passwordInBuild = fileRule({
  id: "dockerfile/password-in-build",
  aliases: ["checkov:CKV2_DOCKER_17"],
  item: "runtime-secrets",
  severity: "error",
  confidence: "likely",
  summary: "No password of a user is set while the image is built.",
  why: "It is the same in every container, and can be read in the image's history or taken from /etc/shadow by whoever pulls it.",
  source: "https://docs.docker.com/build/building/secrets/",
  examples: [
    { bad: "FROM debian:12\nRUN echo app:$PW | chpasswd\n", good: "FROM debian:12\nRUN useradd --no-log-init app\n" },
    { bad: "FROM debian:12\nRUN usermod -p '$6$x' app\n", good: "FROM debian:12\nRUN usermod -aG video app\n" },
  ],
  *check(subject) {
    const advice = "Leave users without a password: a process needs none to run as them.";
    for (const { command, range } of runCommands(subject, "chpasswd", "passwd", "usermod", "useradd")) {
      const words = wordsOf(command);
      const sets =
        command.name === "chpasswd" ||
        (command.name === "passwd"
          ? words.includes("--stdin")
          : words.some((word) => word === "-p" || word === "--password" || word.startsWith("--password=")));
      if (sets) yield { at: range, message: `${command.name} sets a password in the image`, advice };
    }
  },
});
