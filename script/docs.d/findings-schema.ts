import * as v from "valibot";
import { ITEMS, SEVERITIES } from "../../src/checklist/index.ts";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";

const described = <const S extends v.GenericSchema<unknown, unknown>>(words: string, schema: S) => v.pipe(schema, v.description(words));

const position = v.strictObject({
  offset: described("From 0, in UTF-16 code units.", v.pipe(v.number(), v.integer(), v.minValue(0))),
  line: described("From 1.", v.pipe(v.number(), v.integer(), v.minValue(1))),
  column: described("From 1, in UTF-16 code units.", v.pipe(v.number(), v.integer(), v.minValue(1))),
});

const range = v.strictObject({ start: position, end: described("Up to and not including it.", position) });
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const finding = v.strictObject({
  rule: described("The rule's id, kind/name; input/..., suppression/... and internal/... are about the checking itself.", v.string()),
  item: v.exactOptional(described("The item of the checklist that it stands against.", v.picklist(ITEMS.map(({ id }) => id)))),
  severity: described("By consequence, or as the settings have it.", v.picklist(SEVERITIES)),
  confidence: described(
    "certain follows from the text alone; likely needs a usual setting; possible only a trial can tell.",
    v.picklist(["certain", "likely", "possible"]),
  ),
  message: described("What is wrong here.", v.string()),
  advice: described("What to do about it.", v.string()),
  service: v.exactOptional(described("The compose service that it concerns.", v.string())),
  path: described("The file, from where the check was started when inside of it.", v.string()),
  range: v.exactOptional(range),
  image: v.exactOptional(
    described(
      "Where in an image it is.",
      v.strictObject({
        layer: v.exactOptional(described("The layer's diffID.", v.string())),
        file: v.exactOptional(v.string()),
        step: v.exactOptional(described("Of the history, from 1.", v.pipe(v.number(), v.integer(), v.minValue(1)))),
      }),
    ),
  ),
  peers: v.exactOptional(described("Rules of other tools that say exactly this, as tool:id.", v.array(v.string()))),
  fixable: described("Whether --fix would mend it.", v.boolean()),
});

/** `seaworthy/findings@1`, as strictly as its writer is held to it. */
export const findingsSchema = v.strictObject({
  schema: v.literal("seaworthy/findings@1"),
  counts: v.strictObject({ info: count, warning: count, error: count, ignored: count }),
  findings: described("By path and line.", v.array(finding)),
  ignored: described(
    "What an ignore took out.",
    v.array(
      v.strictObject({
        rule: v.string(),
        path: v.string(),
        message: v.string(),
        reason: described("As the user gave it.", v.string()),
        until: v.exactOptional(described("The last day it holds.", v.string())),
      }),
    ),
  ),
  fixed: v.exactOptional(
    described(
      "With --fix: what was mended, or with --dry-run would be.",
      v.strictObject({ dryRun: v.boolean(), files: v.array(v.string()), findings: count }),
    ),
  ),
});

/** Readers must take keys that they do not know: some may be added. */
export const open = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(open);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => key !== "additionalProperties" || value !== false)
      .map(([key, value]) => [key, open(value)]),
  );
};

/** docs/reference/schema/findings-1.json. */
export const findingsReference = (): JsonSchema => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "What seaworthy check --json prints, seaworthy/findings@1",
  ...(open(jsonSchemaOf(findingsSchema)) as JsonSchema),
});
