import { fileRule } from "../../dockerfile/define.ts";
import { textOf, written } from "../../dockerfile/walk.ts";

export const ownedExecutables = fileRule({
  id: "dockerfile/owned-executables",
  aliases: ["kics:chown_flag_exists"],
  item: "non-root",
  severity: "info",
  confidence: "possible",
  profile: "strict",
  summary: "What is copied belongs to root, not to the user that runs it.",
  why: "A process that owns its own program can be made to replace it. It needs to read and run it only; what it writes belongs into volumes.",
  source: "https://docs.docker.com/reference/dockerfile/#copy---chown---chmod",
  examples: [{ bad: "FROM node:24\nCOPY --chown=node:node . /app\n", good: "FROM node:24\nCOPY --chown=0:0 . /app\n" }],
  *check(subject) {
    for (const one of written(subject, "COPY", "ADD")) {
      const { chown } = one.instruction;
      const owner = chown === undefined ? undefined : textOf(one, chown);
      if (chown !== undefined && owner !== undefined && !/^(?:root|0)(?::|$)/.test(owner))
        yield {
          at: chown.range,
          message: `the files belong to ${owner}, who may change them`,
          advice: "Leave out --chown where the process need not write.",
        };
    }
  },
});
