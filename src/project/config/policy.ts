import * as v from "valibot";
import { isItemId, type ItemId, ITEMS, PROFILES, type Requirement } from "../../checklist/index.ts";
import { didYouMean } from "../../source/index.ts";
import { described, later, section } from "./section.ts";

const REQUIREMENTS = ["proven", "not-disproved", "off"] as const satisfies readonly Requirement[];

/** YAML 1.1 readers, and many people, take a bare `off` for false. */
const requirement = v.pipe(
  v.union([v.picklist(REQUIREMENTS), v.literal(false)], `expected ${REQUIREMENTS.join(", ")}`),
  v.transform((value): Requirement => (value === false ? "off" : value)),
);

export const itemSchema = v.pipe(
  v.string("expected the id of a checklist item"),
  v.rawTransform<string, ItemId>(({ dataset, addIssue, NEVER }) => {
    if (isItemId(dataset.value)) return dataset.value;
    const meant = didYouMean(
      dataset.value,
      ITEMS.map((item) => item.id),
    );
    addIssue({ message: `"${dataset.value}" is not an item of the checklist${meant === undefined ? "" : `; did you mean "${meant}"?`}` });
    return NEVER;
  }),
  v.metadata({ enum: ITEMS.map(({ id }) => id) }),
);

export const policy = section({
  key: "policy",
  scope: "project",
  docs: "What the gates demand: the profile (dev, production, strict; default production), and exceptions for single items.",
  schema: v.strictObject({
    profile: v.optional(
      described(
        "dev only reports, production refuses what is disproved, strict also what was not tried.",
        v.picklist(PROFILES, `expected ${PROFILES.join(", ")}`),
      ),
      "production",
    ),
    require: v.optional(
      described("What single items of the checklist must be, whatever the profile.", v.record(itemSchema, requirement)),
      {},
    ),
    scan: later("what the scan asks stands in x-seaworthy.scan"),
  }),
});
