import * as v from "valibot";
import { commandSchema, described, section, wordSchema } from "./section.ts";

export const test = section({
  key: "test",
  scope: "project",
  docs: "How the built image is tested before it goes on: a stage of the Dockerfile, and the command to run in it.",
  schema: v.strictObject({
    target: v.optional(described("The stage to test in.", wordSchema)),
    command: v.optional(described("The command and its arguments.", commandSchema)),
  }),
});
