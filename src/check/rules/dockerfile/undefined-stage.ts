import { copyReference } from "../../../source/dockerfile/index.ts";
import { isBareName } from "../../dockerfile/bases.ts";
import { fileRule } from "../../dockerfile/define.ts";
import { nearest } from "../../dockerfile/nearest.ts";
import { written } from "../../dockerfile/walk.ts";

export const undefinedStage = fileRule({
  id: "dockerfile/undefined-stage",
  aliases: ["hadolint:DL3022"],
  severity: "warning",
  confidence: "likely",
  summary: "COPY --from names a stage above it, or an image with its version.",
  why: "A name that is no stage is taken for an image of that name and pulled from Docker Hub: what a stranger put there is copied in. A stage below is not built yet.",
  source: "https://docs.docker.com/reference/dockerfile/#copy---from",
  examples: [
    {
      bad: "FROM node:24 AS build\nFROM node:24\nCOPY --from=biuld /app /app\n",
      good: "FROM node:24 AS build\nFROM node:24\nCOPY --from=build /app /app\n",
    },
    {
      bad: "FROM node:24\nCOPY --from=tools /bin/x /bin/x\n",
      good: "FROM node:24\nCOPY --from=registry.example/tools:1.2 /bin/x /bin/x\n",
    },
  ],
  *check(subject) {
    const { stages } = subject.file;
    for (const { instruction, stage } of written(subject, "COPY")) {
      const { from } = instruction;
      if (from === undefined || from.length === 0 || from.text.includes("$")) continue;
      const reference = copyReference(stages, from);
      const above = stages.slice(0, stage.stage.index).flatMap((one) => one.name ?? []);
      const meant = nearest(from.text.toLowerCase(), above);
      const advice = meant === undefined ? "Name a stage above; or, for an image, its version too." : `Did you mean ${meant}?`;
      if (reference.kind === "stage" && reference.stage.index > stage.stage.index)
        yield {
          at: from.range,
          message: `the stage ${from.text} stands below and is not built yet`,
          advice: "Move it above.",
          confidence: "certain",
        };
      else if (reference.kind === "image" && isBareName(from.text))
        yield { at: from.range, message: `no stage above is called ${from.text}: an image of that name would be pulled`, advice };
    }
  },
});
