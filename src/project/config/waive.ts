import * as v from "valibot";
import { itemSchema } from "./policy.ts";
import { dateSchema, described, section, wordSchema } from "./section.ts";

export const waive = section({
  key: "waive",
  scope: "project",
  docs: "Dated decisions to live with an item that is not proven: which, until when (inclusive, UTC), by whom and why. All four must be given.",
  schema: v.array(
    v.strictObject({
      item: described("The item of the checklist.", itemSchema),
      until: described("The last day it holds, in UTC.", dateSchema),
      by: described("Who decided it.", wordSchema),
      why: described("The reason.", wordSchema),
    }),
  ),
});
