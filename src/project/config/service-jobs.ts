import * as v from "valibot";
import { commandSchema, described, durationSchema, section } from "./section.ts";

const name = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, "a job's name has 1 to 32 small letters, digits, - and _, and begins with a letter or digit"),
);

export const serviceJobs = section({
  key: "jobs",
  scope: "service",
  docs: "Commands by name that run once in a release that gives the service new containers, each in a container of its own with the image, environment, secrets, volumes and networks of the service. A rollback runs none.",
  schema: v.record(
    name,
    v.strictObject({
      command: described("The program and its arguments.", commandSchema),
      when: v.optional(
        described(
          "Before the new containers start, where a failure takes the release back, or once all traffic has moved, where it is told.",
          v.picklist(["before-traffic", "after-traffic"], "expected before-traffic or after-traffic"),
        ),
        "before-traffic",
      ),
      timeout: v.optional(described("How long it may take.", durationSchema), "5m"),
    }),
  ),
});
