import * as v from "valibot";
import { described, durationSchema, section, sizeSchema } from "./section.ts";

export const prune = section({
  key: "prune",
  scope: "project",
  docs: "What `seaworthy prune --dangling` and `--build-cache` take of what Seaworthy did not make.",
  schema: v.strictObject({
    dangling: v.optional(described("An image without a name goes once it is this old.", durationSchema), "1d"),
    buildCache: v.optional(
      v.strictObject({
        unusedFor: v.optional(described("What no build used for this long goes.", durationSchema), "7d"),
        maxSize: v.optional(described("The least used goes until no more than this is left. Absent: only the time counts.", sizeSchema)),
      }),
      {},
    ),
  }),
});
