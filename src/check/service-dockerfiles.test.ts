import { describe, expect, test } from "vitest";
import { checkCompose } from "./test-data/subjects.ts";

const DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const ofDockerfiles = async (compose: string, files: Readonly<Record<string, string>>) => {
  const { findings, evidence } = await checkCompose(compose, {}, files);
  return {
    findings: findings.filter(({ rule }) => rule.startsWith("dockerfile/")),
    state: (item: string, service = "web"): readonly string[] =>
      evidence
        .filter((one) => one.source.startsWith("dockerfile/") && one.item === item)
        .filter(({ subject, verdict }) => subject.kind === "service" && subject.service === service && verdict.state !== "not-tried")
        .map(({ verdict }) => verdict.state),
  };
};

describe("a service's Dockerfile", () => {
  test("is judged with the build's arguments, and proves what it pins", async () => {
    const compose = `services: {web: {build: {context: ., args: {BASE: "node:24-slim@${DIGEST}"}}}}`;
    const { findings, state } = await ofDockerfiles(compose, { Dockerfile: "ARG BASE=node\nFROM $BASE\nUSER 1000\nHEALTHCHECK NONE\n" });
    expect(findings).toEqual([]);
    expect(state("pinned-base")).toEqual(["proven"]);
    expect(state("minimal-base")).toEqual(["proven"]);
    expect(state("non-root")).toEqual(["proven"]);
  });

  test("is judged at the build's target", async () => {
    const Dockerfile = `FROM node:24-slim@${DIGEST} AS dev\nUSER root\nFROM dev AS prod\nUSER 1000\n`;
    const at = (target: string) => ofDockerfiles(`services: {web: {build: {context: ., target: ${target}}}}`, { Dockerfile });
    expect((await at("dev")).state("non-root")).toEqual(["disproved"]);
    expect((await at("prod")).state("non-root")).toEqual(["proven"]);
  });

  test("is not held to what the service sets itself", async () => {
    const compose = "services: {web: {build: ., user: '1000', entrypoint: [node], healthcheck: {test: [CMD, a]}}}";
    const { findings, state } = await ofDockerfiles(compose, { Dockerfile: `FROM node:24-slim@${DIGEST}\nCMD node server.js\n` });
    expect(findings).toEqual([]);
    expect(state("non-root")).toEqual([]);
  });

  test("that two services build is shown once and counts for both", async () => {
    const compose = "services: {web: {build: .}, worker: {build: .}}";
    const { findings, state } = await ofDockerfiles(compose, { Dockerfile: "FROM node:latest\nUSER 1000\nHEALTHCHECK NONE\n" });
    expect(findings.filter(({ rule }) => rule === "dockerfile/latest-base")).toHaveLength(1);
    expect(state("pinned-base")).toEqual(["disproved"]);
    expect(state("pinned-base", "worker")).toEqual(["disproved"]);
  });

  test("is held against the ignore file of its context, and its comments count", async () => {
    const Dockerfile = `FROM node:24-slim@${DIGEST}\nUSER 1000\nHEALTHCHECK NONE\nCOPY dist /app/\n`;
    const files = { Dockerfile, ".dockerignore": "dist\n", "dist/a.js": "" };
    expect(
      (await ofDockerfiles("services: {web: {build: .}}", files)).findings.map(({ rule, range }) => [rule, range?.start.line]),
    ).toEqual([["dockerfile/ignored-source", 4]]);
    const decided = {
      ...files,
      Dockerfile: Dockerfile.replace("COPY", "# seaworthy ignore=dockerfile/ignored-source made by another step\nCOPY"),
    };
    expect((await ofDockerfiles("services: {web: {build: .}}", decided)).findings).toEqual([]);
  });
});
