import { fileRule } from "../../dockerfile/define.ts";
import { peersOfTrigger, valueOf, written } from "../../dockerfile/walk.ts";

const PEERS = ["buildkit:ExposeInvalidFormat"];

export const exposeFormat = fileRule({
  id: "dockerfile/expose-format",
  aliases: PEERS,
  severity: "warning",
  summary: "EXPOSE names ports of the container, no addresses and no ports of the host.",
  why: "EXPOSE publishes nothing: the address and the host's port have no effect, and newer builders refuse them.",
  source: "https://docs.docker.com/reference/build-checks/expose-invalid-format/",
  examples: [{ bad: "FROM node:24\nEXPOSE 127.0.0.1:80:80\n", good: "FROM node:24\nEXPOSE 80/tcp\n" }],
  *check(subject) {
    for (const one of written(subject, "EXPOSE"))
      for (const word of one.instruction.words)
        if (valueOf(one, word).some((part) => typeof part === "string" && part.includes(":")))
          yield {
            at: word.range,
            message: `${word.text} publishes nothing: only the port of the container counts`,
            advice: "Write the container's port alone; publish it with docker run -p or in the compose file.",
            ...peersOfTrigger(one, subject, PEERS),
          };
  },
});
