import { fileRule } from "../../dockerfile/define.ts";
import { textOf, written } from "../../dockerfile/walk.ts";

const KILL = /^(?:SIG)?KILL$|^9$/i;

export const killSignal = fileRule({
  id: "dockerfile/kill-signal",
  aliases: [],
  item: "graceful-stop",
  severity: "error",
  summary: "STOPSIGNAL is a signal that a program can handle.",
  why: "SIGKILL ends the program at once: every stop and every release cuts off the requests in flight, whatever the grace period says.",
  source: "https://docs.docker.com/reference/dockerfile/#stopsignal",
  examples: [
    { bad: "FROM node:24\nSTOPSIGNAL SIGKILL\n", good: "FROM node:24\nSTOPSIGNAL SIGQUIT\n" },
    { bad: "ARG SIGNAL=9\nFROM node:24\nARG SIGNAL\nSTOPSIGNAL $SIGNAL\n", good: "FROM node:24\nSTOPSIGNAL $SIGNAL\n" },
  ],
  *check(subject) {
    for (const one of written(subject, "STOPSIGNAL")) {
      const { value } = one.instruction;
      const signal = value === undefined ? "" : (textOf(one, value) ?? "");
      if (value !== undefined && KILL.test(signal))
        yield {
          at: value.range,
          message: `${signal} is a signal that no program can handle`,
          advice: "Use SIGTERM, or the signal the program takes for a graceful end.",
        };
    }
  },
});
