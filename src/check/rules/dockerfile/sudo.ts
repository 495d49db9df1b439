import { runCommands } from "../../dockerfile/commands.ts";
import { fileRule } from "../../dockerfile/define.ts";

export const sudo = fileRule({
  id: "dockerfile/sudo",
  aliases: ["hadolint:DL3004", "dockle:DKL-DI-0001", "trivy:DS-0010", "checkov:CKV2_DOCKER_1", "kics:run_using_sudo"],
  item: "non-root",
  severity: "warning",
  summary: "RUN does not use sudo.",
  why: "A build is root until USER says otherwise. sudo left in the image lets whoever breaks into the process become root again; it also passes on no signals.",
  source: "https://docs.docker.com/build/building/best-practices/#user",
  examples: [
    { bad: "FROM debian:12\nRUN sudo apt-get update\n", good: "FROM debian:12\nRUN apt-get update\n" },
    { bad: "FROM debian:12\nRUN make && sudo make install\n", good: "FROM debian:12\nRUN echo do not use sudo here\n" },
  ],
  *check(subject) {
    for (const { range } of runCommands(subject, "sudo"))
      yield {
        at: range,
        message: "RUN uses sudo",
        advice: "Run it as root, above the USER line; to start a process as another user, use gosu or setpriv.",
      };
  },
});
