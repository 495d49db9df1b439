import * as v from "valibot";
import { open } from "./findings-schema.ts";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";

const described = <const S extends v.GenericSchema<unknown, unknown>>(words: string, schema: S) => v.pipe(schema, v.description(words));
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const opt = v.exactOptional;

const severity = v.strictObject({
  rating: v.picklist(["none", "low", "medium", "high", "critical"]),
  score: opt(described("CVSS base score.", v.number())),
  cvss: opt(v.picklist(["4.0", "3.1", "3.0", "2.0"])),
  written: described("A CVSS vector, or a word.", v.string()),
  source: opt(described("Who states it.", v.string())),
});

const advisory = v.strictObject({
  id: v.string(),
  cves: v.array(v.string()),
  aliases: v.array(v.string()),
  summary: v.string(),
  severities: opt(v.array(severity)),
  modified: opt(v.string()),
  url: opt(v.string()),
});

const entry = {
  id: described("The CVE, else the advisory's own id.", v.string()),
  advisories: v.array(advisory),
  state: v.picklist(["fixed", "unfixed", "deferred", "wont-fix", "unimportant", "end-of-life", "extended"]),
  fixed: opt(described("The version that mends it; of other tools' reports, several with commas.", v.string())),
  extended: opt(
    described(
      "Only a stream of updates beside the release mends it, which not everybody gets: Ubuntu Pro, Red Hat's extended updates.",
      v.strictObject({ stream: v.string(), fixed: v.string() }),
    ),
  ),
  severity: opt(described("The one that counts; absent where nobody rates it.", severity)),
  severities: v.array(severity),
  exploited: opt(described("Known to be exploited.", v.literal(true))),
  kev: opt(v.strictObject({ added: opt(v.string()), due: opt(v.string()), ransomware: opt(v.literal(true)) })),
  epss: opt(v.strictObject({ probability: v.number(), percentile: v.number() })),
  name: described("As the advisories name the package: of a distribution its source.", v.string()),
  version: v.string(),
  ecosystem: v.string(),
  origin: opt(described("Whether it came with the base image.", v.picklist(["base", "own"]))),
  packages: v.array(
    v.strictObject({
      purl: v.string(),
      path: described("The file that tells of it; empty where a report does not say.", v.string()),
      layer: opt(v.string()),
      layerNumber: opt(described("From 1, base first.", whole)),
      written: opt(described("The line of the Dockerfile that brought it.", v.strictObject({ file: v.string(), line: whole }))),
    }),
  ),
};

const by = v.union([
  v.strictObject({
    kind: v.literal("waiver"),
    reason: v.string(),
    until: v.string(),
    justification: opt(v.string()),
    place: opt(v.string()),
  }),
  v.strictObject({
    kind: v.literal("vex"),
    status: v.string(),
    justification: opt(v.string()),
    words: opt(v.string()),
    author: v.string(),
    place: v.string(),
  }),
  v.strictObject({ kind: v.literal("baseline") }),
]);

/** `seaworthy/scan@1`, as strictly as its writer is held to it. */
export const scanSchema = v.strictObject({
  schema: v.literal("seaworthy/scan@1"),
  image: v.string(),
  digest: opt(v.string()),
  distribution: opt(v.strictObject({ id: v.string(), version: opt(v.string()), name: v.string() })),
  base: opt(
    v.strictObject({
      layers: whole,
      by: v.picklist(["layers", "dockerfile", "history"]),
      name: opt(v.string()),
      fromBase: whole,
      fixedInBase: whole,
      own: whole,
    }),
  ),
  advisories: opt(
    v.strictObject({
      builtAt: v.string(),
      stale: v.boolean(),
      sources: v.array(
        v.strictObject({
          source: v.string(),
          from: v.string(),
          asOf: v.string(),
          fetchedAt: v.string(),
          ageMs: v.number(),
          stale: v.boolean(),
        }),
      ),
    }),
  ),
  endOfLife: opt(
    v.array(
      v.strictObject({
        subject: v.picklist(["distribution", "runtime"]),
        name: v.string(),
        version: v.string(),
        product: v.string(),
        cycle: v.string(),
        state: v.picklist(["ended", "extended"]),
        ended: opt(v.string()),
        extendedUntil: opt(v.string()),
        paths: v.array(v.string()),
      }),
    ),
  ),
  report: opt(
    described(
      "The report that was judged in place of a scan.",
      v.strictObject({ tool: v.picklist(["trivy", "grype"]), version: opt(v.string()), at: opt(v.string()), file: v.string() }),
    ),
  ),
  gate: v.strictObject({
    fail: v.picklist(["low", "medium", "high", "critical"]),
    onlyFixed: v.boolean(),
    passed: v.boolean(),
    refused: described("How many refuse it.", whole),
    unjudged: described("Nothing could be judged, which is no proof.", v.boolean()),
    tellsExploited: described("Whether it is known what is exploited.", v.boolean()),
  }),
  judged: opt(described("Packages that were looked at; absent where a report does not say.", whole)),
  vulnerabilities: described(
    "The worst first, without what is suppressed.",
    v.array(
      v.strictObject({
        ...entry,
        refused: opt(described("Why it refuses the image.", v.picklist(["severity", "exploited"]))),
        notes: opt(described("What was said of it that does not excuse it.", v.array(v.string()))),
      }),
    ),
  ),
  suppressed: described("What is not held against the image, and why.", v.array(v.strictObject({ ...entry, by }))),
  secrets: described(
    "What gives a secret away, never its value.",
    v.array(
      v.strictObject({
        id: v.string(),
        what: v.string(),
        isSure: v.boolean(),
        in: v.picklist(["file", "environment", "label", "history"]),
        path: v.string(),
        line: opt(whole),
        layer: opt(v.string()),
        layerNumber: opt(whole),
        deletedInLayer: opt(whole),
        replacedInLayer: opt(whole),
        step: opt(whole),
        origin: opt(v.picklist(["base", "own"])),
        refused: opt(v.literal("severity")),
        notes: opt(v.array(v.string())),
        by: opt(by),
      }),
    ),
  ),
  flaws: opt(
    described(
      "What is missing in the image, or is not as its documents say; absent where nothing is. Each that no waiver names refuses it.",
      v.array(
        v.strictObject({
          id: v.picklist(["image:not-whole", "image:not-intact"]),
          message: v.string(),
          refused: v.boolean(),
          notes: opt(v.array(v.string())),
          by: opt(by),
        }),
      ),
    ),
  ),
  findings: described(
    "About the gate's own settings.",
    v.array(
      v.strictObject({
        kind: v.picklist(["waiver-expired", "waiver-unused", "vex-invalid", "baseline-gone"]),
        place: opt(v.string()),
        message: v.string(),
      }),
    ),
  ),
  gone: described(
    "Of the baseline, what is no longer found.",
    v.array(v.strictObject({ id: v.string(), package: v.string(), severity: v.string() })),
  ),
  blindSpots: described("What could not be judged, a sentence each.", v.array(v.string())),
});

/** docs/reference/schema/scan-1.json. */
export const scanReference = (): JsonSchema => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "What seaworthy scan --json prints, seaworthy/scan@1",
  ...(open(jsonSchemaOf(scanSchema)) as JsonSchema),
});
