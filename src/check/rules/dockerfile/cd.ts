import { runCommands } from "../../dockerfile/commands.ts";
import { fileRule } from "../../dockerfile/define.ts";

export const cd = fileRule({
  id: "dockerfile/cd",
  aliases: ["hadolint:DL3003", "trivy:DS-0013", "kics:run_command_cd_instead_of_workdir"],
  severity: "info",
  summary: "WORKDIR changes the directory, not cd in a RUN.",
  why: "A cd ends with its RUN: the next one begins where the first did, which is the mistake that most often follows. A cd that fails silently runs the rest in the wrong place.",
  source: "https://docs.docker.com/build/building/best-practices/#workdir",
  examples: [
    { bad: "FROM debian:12\nRUN cd /src && make\n", good: "FROM debian:12\nWORKDIR /src\nRUN make\n" },
    { bad: "FROM debian:12\nRUN apt-get update; cd /opt\n", good: "FROM debian:12\nRUN (cd /src && make) && cp /src/app /app\n" },
  ],
  *check(subject) {
    for (const { command, range } of runCommands(subject, "cd"))
      if (!command.isSubshell)
        yield {
          at: range,
          message: "the next RUN does not begin where this cd went",
          advice: "Write WORKDIR above; for one command in between, put both in parentheses.",
        };
  },
});
