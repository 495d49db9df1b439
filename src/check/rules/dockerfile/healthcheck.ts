import { fileRule } from "../../dockerfile/define.ts";

export const healthcheck = fileRule({
  id: "dockerfile/healthcheck",
  aliases: [
    "hadolint:DL3057",
    "dockle:CIS-DI-0006",
    "trivy:DS-0026",
    "checkov:CKV_DOCKER_2",
    "kics:healthcheck_instruction_missing",
    "dockerbench:4.6",
  ],
  item: "healthcheck",
  severity: "info",
  confidence: "likely",
  summary: "The final stage has a HEALTHCHECK, its own or one of a stage below, or says NONE.",
  why: "Without one the engine knows only that the process is there: a deadlocked server counts as healthy, and whoever waits for it starts too early.",
  source: "https://docs.docker.com/reference/dockerfile/#healthcheck",
  examples: [
    { bad: 'FROM node:24\nCMD ["node"]\n', good: 'FROM node:24\nHEALTHCHECK CMD ["node", "health.js"]\n' },
    { bad: 'FROM node:24 AS build\nHEALTHCHECK CMD ["a"]\nFROM node:24\n', good: "FROM node:24\nHEALTHCHECK NONE\n" },
  ],
  *check({ target }) {
    if (target?.stage.from === undefined || target.config.healthcheck !== undefined) return;
    const base = target.chain[0]?.base;
    yield {
      at: target.stage.from.head,
      ...(base?.kind === "scratch" || (base?.kind === "image" && base.config !== undefined) ? { confidence: "certain" as const } : {}),
      message: "the image says nothing about how to tell that it works",
      advice: 'Write HEALTHCHECK CMD ["program"] for a server; HEALTHCHECK NONE for what runs once.',
    };
  },
});
