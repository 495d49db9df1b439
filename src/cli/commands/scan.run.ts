import { SeaworthyError } from "../../core/index.ts";
import type { BaseImage } from "../../inventory/index.ts";
import { baseShare, type FixState, judge, openMatcher, originOf, readManifest, scan, type Vulnerability } from "../../scan/index.ts";
import { advisoryFolder } from "../advisory-folder.ts";
import { inventoried, type InventoryFlags } from "../inventoried.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { explained } from "../why.ts";
import { shareWords } from "../render/base-image.ts";
import { type GateFlags, scanPolicy } from "../scan-policy.ts";
import { ago, table } from "../render/table.ts";

export interface Flags extends InventoryFlags, GateFlags {
  readonly db?: string;
  readonly why?: string;
}

/** Where no version mends it, what its source says of that. */
const NO_FIX: Readonly<Record<FixState, string>> = {
  fixed: "no fix",
  unfixed: "no fix",
  deferred: "no fix yet (deferred)",
  "wont-fix": "will not be fixed",
  unimportant: "no fix (unimportant)",
  "end-of-life": "no fix (end of life)",
};

const rows = (vulnerabilities: readonly Vulnerability[], base: BaseImage | undefined): readonly (readonly string[])[] => [
  ["severity", "id", "package", "version", "fixed in", "layer", "from", "what"],
  ...vulnerabilities.map(({ severity, exploited, id, name, version, fixed, state, packages, advisories }) => [
    `${severity?.rating ?? "unknown"}${exploited === true ? ", exploited" : ""}`,
    id,
    name,
    version,
    fixed ?? NO_FIX[state],
    [...new Set(packages.flatMap(({ layerIndex }) => (layerIndex === undefined ? [] : layerIndex + 1)))].join(","),
    originOf({ packages }, base) ?? "",
    (advisories.find(({ summary }) => summary !== "")?.summary ?? "").slice(0, 80),
  ]),
];

export const run = reporting<Flags, [string]>(async (context, flags, image): Promise<Outcome> => {
  const policy = scanPolicy(context, flags);
  const { fail, onlyFixed } = policy;
  const folder = advisoryFolder(context, flags.db);
  const manifest = readManifest(folder);
  if (manifest === undefined)
    throw new SeaworthyError("INPUT_NOT_FOUND", `there are no advisories in ${folder}`, {
      hint: "Build them from OSV records: seaworthy db build FILE...",
    });
  const inventory = await inventoried(context, image, flags);
  using matcher = openMatcher(folder, manifest);
  const result = scan(inventory, matcher);
  if (flags.why !== undefined) return explained(image, flags.why, inventory, result.vulnerabilities);
  const { vulnerabilities, judged, blindSpots } = result;
  const subject = { names: [image], digests: inventory.digest === undefined ? [] : [inventory.digest] };
  const verdict = judge({ subject, vulnerabilities, packages: inventory.packages, judged }, policy, Date.now());
  const against = verdict.open.filter(({ refused }) => refused !== undefined);
  const gate = verdict.unjudged
    ? "nothing in it could be judged, which is no proof: refused"
    : against.length === 0
      ? `nothing ${fail === "critical" ? "critical" : `${fail} or worse`}${onlyFixed ? " that has a fix" : ""}${manifest.exploited === undefined ? "" : ", nothing known to be exploited"}`
      : `${against.length} ${fail === "critical" ? "critical" : `${fail} or worse`}${onlyFixed ? ", with a fix" : ""}${against.some(({ refused }) => refused === "exploited") ? ", or known to be exploited" : ""}: refused`;
  return {
    // What was not looked at has not passed.
    exit: verdict.passed ? 0 : 1,
    human: [
      ...(vulnerabilities.length === 0 ? [] : [table(rows(vulnerabilities, inventory.base)), ""]),
      `${image}: ${vulnerabilities.length} known vulnerabilities in ${judged} packages; ${gate}`,
      ...shareWords(baseShare(vulnerabilities, inventory.base), inventory),
      `advisories of ${ago(manifest.builtAt, Date.now())}`,
      ...verdict.findings.map(({ place, message }) => `${place === undefined ? "" : `${place}: `}${message}`),
      ...blindSpots.map((spot) => `not judged: ${spot}`),
    ].join("\n"),
    json: {
      schema: "seaworthy/scan@1",
      image,
      digest: inventory.digest,
      distribution: inventory.distribution,
      ...(inventory.base === undefined ? {} : { base: { ...inventory.base, ...baseShare(vulnerabilities, inventory.base) } }),
      advisories: { builtAt: new Date(manifest.builtAt).toISOString() },
      gate: { fail, onlyFixed, refused: against.length },
      judged,
      vulnerabilities: vulnerabilities.map(({ packages, ...one }) => ({
        ...one,
        ...(originOf({ packages }, inventory.base) === undefined ? {} : { origin: originOf({ packages }, inventory.base) }),
        packages: packages.map(({ purl, path, layer, layerIndex }) => ({
          purl,
          path,
          ...(layerIndex === undefined ? {} : { layer, layerNumber: layerIndex + 1 }),
        })),
      })),
      suppressed: verdict.suppressed.length,
      findings: verdict.findings,
      blindSpots,
    },
  };
});
