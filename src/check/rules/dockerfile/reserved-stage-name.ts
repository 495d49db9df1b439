import { fileRule } from "../../dockerfile/define.ts";

const RESERVED = new Set(["scratch", "context"]);

export const reservedStageName = fileRule({
  id: "dockerfile/reserved-stage-name",
  aliases: ["hadolint:DL3063", "buildkit:ReservedStageName"],
  severity: "error",
  summary: "No stage is called scratch or context.",
  why: "The name scratch is the empty image and context what the client sent: after a stage of that name, FROM scratch and COPY --from=context mean the stage.",
  source: "https://docs.docker.com/reference/build-checks/reserved-stage-name/",
  examples: [{ bad: "FROM node:24 AS context\n", good: "FROM node:24 AS build\n" }],
  *check({ file }) {
    for (const { name, from } of file.stages)
      if (from?.name !== undefined && name !== undefined && RESERVED.has(name))
        yield {
          at: from.name.range,
          message: `${from.name.text} means something else to the builder`,
          advice: "Name the stage otherwise.",
        };
  },
});
