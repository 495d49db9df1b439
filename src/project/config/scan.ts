import * as v from "valibot";
import { FAIL_AT, JUSTIFICATIONS } from "../scan-settings.ts";
import { dateSchema, described, durationSchema, flag, listSchema, pattern, section, wordSchema } from "./section.ts";

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
  reason: described("Why it can be lived with, for those who read it next year.", wordSchema),
  until: described("The last day it holds, in UTC.", dateSchema),
  justification: v.exactOptional(
    described(
      "Why it does no harm, in VEX's terms; --write-vex then says not_affected.",
      v.picklist(JUSTIFICATIONS, `expected ${JUSTIFICATIONS.join(", ")}`),
    ),
  ),
});

export const scan = section({
  key: "scan",
  scope: "project",
  docs: "What `seaworthy scan` holds against an image. What is known to be exploited is refused whatever stands here, unless it is waived. Lists here and in `.seaworthy.yaml` are joined; of other keys the compose file's counts.",
  schema: v.strictObject({
    fail: v.optional(described("What is this bad or worse is refused.", v.picklist(FAIL_AT, `expected ${FAIL_AT.join(", ")}`)), "high"),
    onlyFixed: v.optional(described("Whether only what has a fix is refused.", flag), false),
    waive: v.optional(
      described("Vulnerabilities to live with, each with a reason and an end.", v.array(waiver, "expected a list of mappings")),
      [],
    ),
    vex: v.optional(described("Files that say what does no harm: OpenVEX or CycloneDX, from the project's folder.", listSchema), []),
    baseline: v.exactOptional(
      described("File of what was there when the gate was set up, written by seaworthy scan --write-baseline.", wordSchema),
    ),
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
    mirrors: v.exactOptional(
      described("Addresses that seaworthy db update asks for OSV's bulk files, in this order, instead of OSV's own.", listSchema),
    ),
  }),
});
