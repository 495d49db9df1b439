import { fileRule } from "../../dockerfile/define.ts";
import { peersOfTrigger, valueOf, written } from "../../dockerfile/walk.ts";

const PEERS = ["buildkit:ExposeProtoCasing"];

export const exposeProtocolCase = fileRule({
  id: "dockerfile/expose-protocol-case",
  aliases: PEERS,
  severity: "info",
  summary: "The protocol in EXPOSE is written in lower case.",
  why: "The image has it in lower case whatever is written; newer builders warn, and scripts that compare the two find a difference.",
  source: "https://docs.docker.com/reference/build-checks/expose-proto-casing/",
  examples: [{ bad: "FROM node:24\nEXPOSE 80/TCP\n", good: "FROM node:24\nEXPOSE 80/tcp\n" }],
  *check(subject) {
    for (const one of written(subject, "EXPOSE"))
      for (const word of one.instruction.words) {
        const last = valueOf(one, word).at(-1);
        const protocol = typeof last === "string" ? (/\/(\w+)$/.exec(last)?.[1] ?? "") : "";
        if (protocol !== protocol.toLowerCase())
          yield {
            at: word.range,
            message: `${protocol} is not in lower case`,
            advice: `Write ${protocol.toLowerCase()}.`,
            ...peersOfTrigger(one, subject, PEERS),
          };
      }
  },
});
