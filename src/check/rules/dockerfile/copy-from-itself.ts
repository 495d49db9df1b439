import { copyReference } from "../../../source/dockerfile/index.ts";
import { fileRule } from "../../dockerfile/define.ts";
import { written } from "../../dockerfile/walk.ts";

export const copyFromItself = fileRule({
  id: "dockerfile/copy-from-itself",
  aliases: ["hadolint:DL3023", "trivy:DS-0006", "kics:copy_from_references_current_from_alias"],
  severity: "error",
  summary: "COPY --from names another stage than its own.",
  why: "A stage cannot be copied from before it is built: BuildKit refuses the file.",
  source: "https://docs.docker.com/reference/dockerfile/#copy---from",
  examples: [
    { bad: "FROM node:24 AS app\nCOPY --from=app /a /b\n", good: "FROM node:24 AS build\nFROM node:24 AS app\nCOPY --from=build /a /b\n" },
    { bad: "FROM node:24\nFROM node:24\nCOPY --from=1 /a /b\n", good: "FROM node:24\nFROM node:24\nCOPY --from=0 /a /b\n" },
  ],
  *check(subject) {
    for (const { instruction, stage } of written(subject, "COPY")) {
      const { from } = instruction;
      if (from === undefined || from.length === 0) continue;
      const reference = copyReference(subject.file.stages, from);
      if (reference.kind === "stage" && reference.stage === stage.stage)
        yield {
          at: from.range,
          message: `${from.text} is the stage that is being built`,
          advice: "Name the stage that the files come from; within one stage use RUN cp or mv.",
        };
    }
  },
});
