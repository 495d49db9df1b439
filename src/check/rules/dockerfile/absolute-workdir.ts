import { fileRule } from "../../dockerfile/define.ts";
import { workdirBefore } from "../../dockerfile/workdir.ts";
import { isAbsolute, peersOfTrigger, valueOf, written } from "../../dockerfile/walk.ts";

const ALL = ["hadolint:DL3000", "buildkit:WorkdirRelativePath", "trivy:DS-0009", "checkov:CKV_DOCKER_10", "kics:workdir_path_not_absolute"];

export const absoluteWorkdir = fileRule({
  id: "dockerfile/absolute-workdir",
  aliases: ALL,
  severity: "warning",
  summary: "WORKDIR is an absolute path.",
  why: "A relative one is added to the working directory of the base image: where the application lies depends on what its makers put there.",
  source: "https://docs.docker.com/reference/build-checks/workdir-relative-path/",
  examples: [
    { bad: "FROM node:24\nWORKDIR app\n", good: "FROM node:24\nWORKDIR /app\n" },
    { bad: 'FROM node:24\nWORKDIR "./app"\n', good: "FROM node:24\nENV HOME=/home/node\nWORKDIR $HOME/app\n" },
  ],
  *check(subject) {
    for (const one of written(subject, "WORKDIR")) {
      const { value } = one.instruction;
      if (value === undefined || isAbsolute(valueOf(one, value)) !== false) continue;
      yield workdirBefore(one) === "absolute"
        ? {
            at: value.range,
            message: `WORKDIR ${value.text} counts from the WORKDIR above`,
            advice: "Write the whole path, so that it stays right when a line is moved.",
            severity: "info",
            peers: ALL.filter((alias) => !alias.startsWith("buildkit:")),
          }
        : {
            at: value.range,
            message: `WORKDIR ${value.text} counts from wherever the base image's working directory is`,
            advice: `Write the whole path: WORKDIR /${value.text.replace(/^["']?(?:\.?\/)*|["']$/g, "")}`,
            ...peersOfTrigger(one, subject, ALL),
          };
    }
  },
});
