import * as v from "valibot";
import { itemSchema } from "./policy.ts";
import { dateSchema, described, section, wordSchema } from "./section.ts";

export const waive = section({
  key: "waive",
  scope: "project",
  docs: "Dated decisions to live with an item that is not proven: which, until when (inclusive, UTC), by whom and why. All four must be given; and of which service, where it is not of all.",
  schema: v.array(
    v.strictObject({
      item: described("The item of the checklist.", itemSchema),
      service: v.exactOptional(described("Only of this service. Absent: of the whole project.", wordSchema)),
      until: described("The last day it holds, in UTC.", dateSchema),
      by: described("Who decided it.", wordSchema),
      why: described("The reason.", wordSchema),
    }),
  ),
});
