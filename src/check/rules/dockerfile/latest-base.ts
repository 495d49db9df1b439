import { imageOf } from "../../kubernetes/images.ts";
import { baseImages } from "../../dockerfile/bases.ts";
import { fileRule } from "../../dockerfile/define.ts";

export const latestBase = fileRule({
  id: "dockerfile/latest-base",
  aliases: ["hadolint:DL3007", "trivy:DS-0001", "checkov:CKV_DOCKER_7", "dockle:DKL-DI-0006", "kics:image_version_using_latest"],
  item: "pinned-base",
  severity: "warning",
  summary: "A base image is not taken by the tag latest.",
  why: "The tag moves without notice: two builds of the same commit have different systems under them, and a rollback builds what was never tried.",
  source: "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
  examples: [
    { bad: "FROM debian:latest\n", good: "FROM debian:12.11-slim\n" },
    {
      bad: "ARG TAG=latest\nFROM node:${TAG}\n",
      good: "FROM node:latest@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n",
    },
  ],
  *check(subject) {
    for (const { name, word } of baseImages(subject)) {
      const { tag, digest } = imageOf(name);
      if (tag === "latest" && digest === undefined)
        yield {
          at: word.range,
          message: `${name} is another image whenever its makers say so`,
          advice: "Name the version, and in production its digest as well.",
        };
    }
  },
});
