import * as v from "valibot";
import { isItemId, type ItemId, ITEMS, PROFILES, type Requirement } from "../../checklist/index.ts";
import { didYouMean } from "../../source/index.ts";
import { FAIL_AT } from "../scan-settings.ts";
import { described, durationSchema, flag, section } from "./section.ts";

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
    scan: v.optional(
      described(
        "What is held against an image. What is known to be exploited is refused whatever stands here, unless it is waived.",
        v.strictObject({
          fail: v.optional(
            described("What is this bad or worse is refused.", v.picklist(FAIL_AT, `expected ${FAIL_AT.join(", ")}`)),
            "high",
          ),
          onlyFixed: v.optional(described("Whether only what has a fix is refused.", flag), false),
          maxAge: v.exactOptional(
            described(
              "Advisories older than this are stale, and a scan that somebody attested is no proof for deploy any more (7d where nothing is said).",
              durationSchema,
            ),
          ),
          stale: v.exactOptional(
            described(
              "What becomes of a scan by stale advisories: warn (which is the default) or refuse.",
              v.picklist(["warn", "refuse"], "expected warn or refuse"),
            ),
          ),
        }),
      ),
      {},
    ),
  }),
});
