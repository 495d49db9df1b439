import type { Stage } from "../voyage.ts";

export const test: Stage = {
  name: "test",
  brief: "the project's own tests, in the image's test stage",
  run: async ({ project }) => ({
    state: "not-tried",
    reason:
      project.settings.test === undefined
        ? "the project names no tests (x-seaworthy.test)"
        : "this version does not run x-seaworthy.test yet",
  }),
};
