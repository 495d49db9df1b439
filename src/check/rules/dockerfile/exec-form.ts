import { fileRule } from "../../dockerfile/define.ts";
import { peersOfTrigger, written } from "../../dockerfile/walk.ts";
import { stageSetsShell } from "../../dockerfile/shell-form.ts";

const PEERS = ["hadolint:DL3025", "buildkit:JSONArgsRecommended", "kics:not_using_json_in_cmd_and_entrypoint_arguments"];

export const execForm = fileRule({
  id: "dockerfile/exec-form",
  aliases: PEERS,
  item: "graceful-stop",
  severity: "warning",
  summary: "CMD, ENTRYPOINT and HEALTHCHECK are JSON arrays, or their shell form begins with exec.",
  why: "In shell form PID 1 is a shell. Some put the program in their own place when it is all there is to run; the others, and any with more than one command, pass on no signals: docker stop waits out its grace period and kills, requests in flight are lost. An ENTRYPOINT in shell form ignores CMD as well.",
  source: "https://docs.docker.com/reference/build-checks/json-args-recommended/",
  examples: [
    { bad: "FROM node:24\nCMD npm start\n", good: 'FROM node:24\nCMD ["node", "server.js"]\n' },
    { bad: "FROM node:24\nENTRYPOINT node server.js\n", good: "FROM node:24\nENTRYPOINT exec node server.js\n" },
    { bad: "FROM node:24\nHEALTHCHECK CMD curl -f localhost\n", good: 'FROM node:24\nSHELL ["/bin/bash", "-c"]\nCMD node server.js\n' },
  ],
  *check(subject) {
    for (const one of written(subject, "CMD", "ENTRYPOINT", "HEALTHCHECK")) {
      const { instruction } = one;
      const { command, keyword } = instruction;
      if (command?.form !== "shell" || command.text.length === 0 || /^exec\s/.test(command.text.text) || stageSetsShell(one)) continue;
      yield keyword === "HEALTHCHECK"
        ? {
            at: command.text.range,
            message: "the health check is run by a shell, which the image must then have",
            advice: 'Write it as a JSON array: HEALTHCHECK CMD ["program", "argument"].',
            severity: "info",
            peers: PEERS.slice(0, 1),
          }
        : {
            at: command.text.range,
            message: `${keyword} is run by a shell, which may keep the signals from the program`,
            advice: `Write it as a JSON array: ${keyword} ["program", "argument"]; or begin it with exec.`,
            ...peersOfTrigger(one, subject, PEERS),
          };
    }
  },
});
