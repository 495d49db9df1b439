import { copyReference } from "../../../source/dockerfile/index.ts";
import { fileRule } from "../../dockerfile/define.ts";
import { written } from "../../dockerfile/walk.ts";

export const stageByNumber = fileRule({
  id: "dockerfile/stage-by-number",
  aliases: ["kics:using_unnamed_build_stages"],
  severity: "info",
  summary: "COPY --from names a stage by its name, not by its number.",
  why: "A stage that is added or moved shifts the numbers: the copy then takes its files from another stage, and fails only if they are not there.",
  source: "https://docs.docker.com/build/building/multi-stage/#name-your-build-stages",
  examples: [
    {
      bad: "FROM node:24\nFROM nginx:1.29\nCOPY --from=0 /app /srv\n",
      good: "FROM node:24 AS build\nFROM nginx:1.29\nCOPY --from=build /app /srv\n",
    },
  ],
  *check(subject) {
    for (const { instruction } of written(subject, "COPY")) {
      const { from } = instruction;
      if (from === undefined || !/^\d+$/.test(from.text)) continue;
      const reference = copyReference(subject.file.stages, from);
      if (reference.kind === "stage")
        yield {
          at: from.range,
          message: `--from=${from.text} counts stages: line ${reference.stage.range.start.line} is meant`,
          advice:
            reference.stage.name === undefined
              ? "Name that stage with AS, and copy from the name."
              : `Write --from=${reference.stage.name}.`,
        };
    }
  },
});
