import * as v from "valibot";
import { commandSchema, durationSchema, section } from "./section.ts";

const name = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, "a job's name has 1 to 32 small letters, digits, - and _, and begins with a letter or digit"),
);

export const serviceJobs = section({
  key: "jobs",
  scope: "service",
  docs: "Commands that run once in a release that gives the service new containers, each in a container of its own with the image, environment, secrets, volumes and networks of the service: before its new containers start (when: before-traffic, the default; what fails takes the release back) or once all traffic has moved (after-traffic; what fails is told). timeout is by default 5m. A rollback runs none.",
  schema: v.record(
    name,
    v.strictObject({
      command: commandSchema,
      when: v.optional(v.picklist(["before-traffic", "after-traffic"], "expected before-traffic or after-traffic"), "before-traffic"),
      timeout: v.optional(durationSchema, "5m"),
    }),
  ),
});
