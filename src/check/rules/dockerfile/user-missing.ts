import { imageOf } from "../../kubernetes/images.ts";
import type { EvaluatedStage } from "../../../source/dockerfile/index.ts";
import { fileRule } from "../../dockerfile/define.ts";

/** Images that end as another user than root, and say so in their names. */
const isNonRoot = (stage: EvaluatedStage): boolean => {
  const [first] = stage.chain;
  const base = first?.base;
  if (base?.kind !== "image") return false;
  const { repository, tag = "" } = imageOf(base.image);
  return /non-?root|rootless|unprivileged/i.test(`${repository}:${tag}`) || repository.startsWith("cgr.dev/");
};

export const userMissing = fileRule({
  id: "dockerfile/user-missing",
  aliases: ["checkov:CKV_DOCKER_3", "trivy:DS-0002", "dockle:CIS-DI-0001", "kics:missing_user_instruction", "dockerbench:4.1"],
  item: "non-root",
  severity: "warning",
  confidence: "likely",
  summary: "The final stage, or a stage that it is built on, sets a user.",
  why: "Nearly all base images leave root: a process that is broken into owns the container and is one kernel flaw away from root on the host.",
  source: "https://docs.docker.com/build/building/best-practices/#user",
  examples: [
    { bad: 'FROM node:24\nCMD ["node"]\n', good: "FROM node:24\nUSER node\n" },
    { bad: "FROM node:24 AS build\nUSER node\nFROM node:24\n", good: 'FROM node:24 AS base\nUSER node\nFROM base\nCMD ["node"]\n' },
    { bad: "FROM scratch\n", good: "FROM gcr.io/distroless/static:nonroot\n" },
  ],
  *check({ target }) {
    if (target === undefined || target.stage.from === undefined || target.config.user !== undefined || isNonRoot(target)) return;
    const base = target.chain[0]?.base;
    const scratch = base?.kind === "scratch";
    const known = base?.kind === "image" && base.config !== undefined;
    yield {
      at: target.stage.from.head,
      message: `no USER is set: the image runs as ${scratch ? "root" : known ? `root, for ${base.image} sets none either` : "its base image's user, which mostly is root"}`,
      advice: "End the final stage with a USER of a high number, 10001 say, that owns only what the application must write.",
      ...(scratch || known ? { confidence: "certain" as const } : {}),
    };
  },
});
