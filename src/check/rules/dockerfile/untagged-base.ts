import { imageOf } from "../../kubernetes/images.ts";
import { baseImages } from "../../dockerfile/bases.ts";
import { fileRule } from "../../dockerfile/define.ts";

export const untaggedBase = fileRule({
  id: "dockerfile/untagged-base",
  aliases: ["hadolint:DL3006", "trivy:DS-0001", "checkov:CKV_DOCKER_7", "dockle:DKL-DI-0006", "kics:image_version_not_explicit"],
  item: "pinned-base",
  severity: "warning",
  summary: "A base image is named with a version.",
  why: "Without one it is latest, whatever that is on the day: two builds of the same commit have different systems under them, and a new major version arrives unasked.",
  source: "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
  examples: [
    { bad: "FROM node\n", good: "FROM node:24.19.0-bookworm-slim\n" },
    { bad: "ARG IMAGE=debian\nFROM ${IMAGE} AS base\nFROM base\n", good: "ARG IMAGE\nFROM ${IMAGE:-debian:12} AS base\nFROM base\n" },
  ],
  *check(subject) {
    for (const { name, word } of baseImages(subject)) {
      const { tag, digest } = imageOf(name);
      if (tag === undefined && digest === undefined && !name.endsWith(":"))
        yield {
          at: word.range,
          message: `${name} is taken without a version, which means latest`,
          advice: `Name one: FROM ${name}:<version>, and in production its digest as well.`,
        };
    }
  },
});
