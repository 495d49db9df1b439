import * as v from "valibot";
import { described, durationSchema, later, section } from "./section.ts";

export const serviceRelease = section({
  key: "release",
  scope: "service",
  docs: "How the service is replaced: the time requests in flight get (drain, default 30s) and the time a new container gets to become ready (default 60s).",
  schema: v.strictObject({
    strategy: v.optional(
      v.pipe(
        v.string("expected rolling"),
        v.description("How the containers are replaced."),
        v.metadata({ enum: ["rolling"] }),
        v.rawTransform<string, "rolling">(({ dataset, addIssue, NEVER }) => {
          if (dataset.value === "rolling") return "rolling";
          addIssue({ message: `"${dataset.value}" is not a strategy of this version: expected rolling` });
          return NEVER;
        }),
      ),
      "rolling",
    ),
    drain: v.optional(described("How long requests in flight may take before their container is taken away.", durationSchema), "30s"),
    ready: v.optional(described("How long a new container may take to become ready.", durationSchema), "60s"),
    sticky: later(),
    websockets: later(),
    steps: later("canary steps are not in this version"),
  }),
});
