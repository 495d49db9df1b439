import { fileRule } from "../../dockerfile/define.ts";

export const duplicateStageName = fileRule({
  id: "dockerfile/duplicate-stage-name",
  aliases: [
    "hadolint:DL3024",
    "buildkit:DuplicateStageName",
    "trivy:DS-0012",
    "checkov:CKV_DOCKER_11",
    "kics:same_alias_in_different_froms",
  ],
  severity: "error",
  summary: "Every stage has a name of its own.",
  why: "COPY --from and --target take the last stage of that name, whichever it is: what is copied changes when a stage is added. Names are compared without regard to case.",
  source: "https://docs.docker.com/reference/build-checks/duplicate-stage-name/",
  examples: [
    { bad: "FROM node:24 AS app\nFROM nginx:1.29 AS app\n", good: "FROM node:24 AS build\nFROM nginx:1.29 AS app\n" },
    { bad: "FROM node:24 AS app\nFROM nginx:1.29 AS App\n", good: "FROM node:24\nFROM nginx:1.29\n" },
  ],
  *check({ file }) {
    const seen = new Map<string, number>();
    for (const { name, from } of file.stages) {
      if (name === undefined || from?.name === undefined) continue;
      const first = seen.get(name);
      if (first === undefined) seen.set(name, from.range.start.line);
      else
        yield {
          at: from.name.range,
          message: `the stage of line ${first} is called ${name} too`,
          advice: "Give one of them another name.",
        };
    }
  },
});
