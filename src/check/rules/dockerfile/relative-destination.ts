import { fileRule } from "../../dockerfile/define.ts";
import { workdirBefore } from "../../dockerfile/workdir.ts";
import { isAbsolute, valueOf, written } from "../../dockerfile/walk.ts";

export const relativeDestination = fileRule({
  id: "dockerfile/relative-destination",
  aliases: ["hadolint:DL3045"],
  severity: "warning",
  confidence: "likely",
  summary: "COPY to a relative path stands below a WORKDIR.",
  why: "Without one the files go to wherever the base image's working directory is, which another version of it may change.",
  source: "https://docs.docker.com/reference/dockerfile/#workdir",
  examples: [
    { bad: "FROM node:24\nCOPY server.js ./\n", good: "FROM node:24\nWORKDIR /app\nCOPY server.js ./\n" },
    {
      bad: "FROM node:24 AS build\nWORKDIR /app\nFROM node:24\nCOPY src app\n",
      good: "FROM node:24 AS base\nWORKDIR /app\nFROM base\nCOPY src app\n",
    },
  ],
  *check(subject) {
    for (const one of written(subject, "COPY")) {
      const { destination } = one.instruction;
      // Nothing lies under scratch: its working directory is known to be the root.
      const isScratch = one.stage.chain[0]?.base.kind === "scratch";
      if (one.instruction.keyword !== "COPY" || destination === undefined || isScratch || isAbsolute(valueOf(one, destination)) !== false)
        continue;
      if (workdirBefore(one) === "none")
        yield {
          at: destination.range,
          message: `${destination.text} counts from wherever the base image's working directory is`,
          advice: "Write WORKDIR /app above, or the whole path.",
        };
    }
  },
});
