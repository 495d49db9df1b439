import { NOTHING } from "../../rule.ts";
import type { DockerfileSubject } from "../../subject.ts";
import { type BaseKind, baseKind } from "../../dockerfile/base-kinds.ts";
import { fileRule } from "../../dockerfile/define.ts";

interface FinalBase {
  readonly kind: BaseKind;
  /** As messages call it. */
  readonly name: string;
}

/** What the image stands on in the end, through all stages. */
const finalBase = ({ target }: DockerfileSubject): FinalBase | undefined => {
  const base = target?.chain[0]?.base;
  if (base?.kind === "scratch") return { kind: "minimal", name: "scratch" };
  return base?.kind === "image" ? { kind: baseKind(base.image), name: base.image.split("@", 1)[0] ?? base.image } : undefined;
};

export const minimalBase = fileRule({
  id: "dockerfile/minimal-base",
  aliases: [],
  item: "minimal-base",
  severity: "warning",
  summary: "The final stage stands on a small base, without the tools of the build.",
  why: "A full base has a thousand packages that the application never calls: each is pulled, scanned and patched, and compilers, shells and package managers are what an intruder works with.",
  source: "https://docs.docker.com/build/building/multi-stage/",
  examples: [
    { bad: 'FROM node:24\nCMD ["node", "server.js"]\n', good: "FROM node:24 AS build\nFROM node:24-slim\nCOPY --from=build /app /app\n" },
    {
      bad: "FROM golang:1.25-alpine\nRUN go build -o /app .\n",
      good: "FROM golang:1.25 AS build\nFROM gcr.io/distroless/static:nonroot\nCOPY --from=build /app /app\n",
    },
    { bad: "FROM python:3.13 AS base\nFROM base\n", good: "FROM postgres:17.2\n" },
  ],
  applies: (subject) => {
    const base = finalBase(subject);
    if (base === undefined) return "what the final stage stands on is not known";
    return base.kind !== "other" || `whether ${base.name} is a small base is not known`;
  },
  proves: (subject) => {
    const base = finalBase(subject);
    const stages = subject.file.stages.length;
    return base?.kind === "minimal"
      ? `the final stage stands on ${base.name}${stages > 1 ? `, the last of ${stages} stages` : ""}`
      : NOTHING;
  },
  *check(subject) {
    const base = finalBase(subject);
    const from = subject.target?.chain[0]?.stage.from;
    if (base === undefined || from === undefined || base.kind === "minimal" || base.kind === "other") return;
    yield {
      at: (from.image ?? from.word).range,
      message:
        base.kind === "tools"
          ? `the image keeps the build tools of ${base.name}`
          : `the image stands on ${base.name}, a full system of build tools and libraries`,
      advice:
        base.kind === "tools"
          ? "Build in this stage, and copy what it made into a stage FROM a small base: distroless, -slim or scratch."
          : "Take its -slim variant or a distroless base; what only the build needs goes into a stage of its own.",
    };
  },
});
