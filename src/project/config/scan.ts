import * as v from "valibot";
import { JUSTIFICATIONS } from "../scan-settings.ts";
import { dateSchema, described, durationSchema, listSchema, pattern, section, wordSchema } from "./section.ts";

const ID = /^[A-Za-z][\w.:-]*$/;

const waiver = v.strictObject({
  id: described(
    "The vulnerability, by any of its names: CVE-..., GHSA-..., DSA-....",
    v.pipe(
      wordSchema,
      v.check((text) => ID.test(text), "expected the id of one vulnerability, such as CVE-2026-1234"),
      pattern(ID),
    ),
  ),
  package: v.exactOptional(
    described("Only in this package: its name, name@version (with *), or a package URL. Absent: in every package.", wordSchema),
  ),
  path: v.exactOptional(described("Only where this file of the image, or pattern of files, tells of the package.", wordSchema)),
  service: v.exactOptional(described("Only in the image of this service. Absent: in every image of the project.", wordSchema)),
  image: v.exactOptional(
    described(
      "Only in images of this name, with * for any part: ghcr.io/acme/*, ghcr.io/acme/web:1.*. Absent: in every image.",
      wordSchema,
    ),
  ),
  reason: described("Why it can be lived with, for those who read it next year.", wordSchema),
  until: described("The last day it holds, in UTC.", dateSchema),
  justification: v.exactOptional(
    described(
      "Why it does no harm, in VEX's terms; --write-vex then says not_affected.",
      v.picklist(JUSTIFICATIONS, `expected ${JUSTIFICATIONS.join(", ")}`),
    ),
  ),
});

const SHORTEST_RESCAN_MS = 60_000;

/** YAML 1.1 reads `off` as false. */
const rescan = v.union(
  [
    v.pipe(
      v.union([v.literal("off"), v.literal(false)]),
      v.transform(() => "off" as const),
    ),
    v.pipe(
      durationSchema,
      v.check((ms) => ms >= SHORTEST_RESCAN_MS, "expected off, or a duration of at least 1m"),
    ),
  ],
  "expected off, or a duration of at least 1m",
);

export const scan = section({
  key: "scan",
  scope: "project",
  docs: "What is known of vulnerabilities beside the advisories: which to live with, and where `seaworthy db update` asks. How bad is too bad stands in `policy.scan`. Lists here and in `.seaworthy.yaml` are joined; of other keys the compose file's counts.",
  schema: v.strictObject({
    waive: v.optional(
      described("Vulnerabilities to live with, each with a reason and an end.", v.array(waiver, "expected a list of mappings")),
      [],
    ),
    vex: v.optional(described("Files that say what does no harm: OpenVEX or CycloneDX, from the project's folder.", listSchema), []),
    baseline: v.exactOptional(
      described("File of what was there when the gate was set up, written by seaworthy scan --write-baseline.", wordSchema),
    ),
    rescan: v.exactOptional(
      described(
        "How often `seaworthy agent` scans again what runs, or off (1d where nothing is said). It does so at once, too, when there are other advisories or another release.",
        rescan,
      ),
    ),
    mirrors: v.exactOptional(
      described("Addresses that seaworthy db update asks for OSV's bulk files, in this order, instead of OSV's own.", listSchema),
    ),
  }),
});
