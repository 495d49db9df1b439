import { fileRule } from "../../dockerfile/define.ts";
import { textOf, written } from "../../dockerfile/walk.ts";

const LAST = 65_535;

export const portRange = fileRule({
  id: "dockerfile/port-range",
  aliases: ["hadolint:DL3011", "trivy:DS-0008", "kics:unix_ports_out_of_range"],
  severity: "error",
  summary: "EXPOSE names ports from 0 to 65535.",
  why: "There are no others: BuildKit refuses the file, and an older builder writes a port into the image that nobody can publish.",
  source: "https://docs.docker.com/reference/dockerfile/#expose",
  examples: [
    { bad: "FROM node:24\nEXPOSE 80000\n", good: "FROM node:24\nEXPOSE 8000\n" },
    { bad: "FROM node:24\nEXPOSE 80a\n", good: "FROM node:24\nEXPOSE 80/udp $PORT\n" },
    { bad: "ARG PORT=65536\nFROM node:24\nARG PORT\nEXPOSE $PORT\n", good: "FROM node:24\nEXPOSE 40000-60000/tcp\n" },
  ],
  *check(subject) {
    for (const one of written(subject, "EXPOSE"))
      for (const word of one.instruction.words) {
        const text = textOf(one, word) ?? "";
        // What is left of a variable, an address before the port and a template are other rules' and builders' affair.
        if (/^\d*[a-z]\w*$/i.test(text.split("/", 1)[0] ?? ""))
          yield {
            at: word.range,
            message: `${text} is no port: the build stops here`,
            advice: "Write a number, as in EXPOSE 8080/tcp.",
            peers: [],
          };
        const [ports = ""] = text.split("/", 1);
        const wrong = ports.split(/[-:]/).find((port) => /^\d+$/.test(port) && Number(port) > LAST);
        if (wrong !== undefined) yield { at: word.range, message: `there is no port ${wrong}`, advice: `Name one of 1 to ${LAST}.` };
      }
  },
});
