import type { Evidence, ItemId, Policy } from "../checklist/index.ts";
import { isoTime } from "../core/index.ts";
import type { GateVerdict, ScanDone } from "../scan/index.ts";
import type { ScanSubject } from "./scan-image.ts";
import type { ScannedImage } from "./scan-images.ts";
import type { Voyage } from "./voyage.ts";

export const SCANNED: ReadonlySet<ItemId> = new Set(["scanned"]);

/** Whether a release without a scan is refused although nobody could have scanned it: where the policy says so in as many words. */
export const isScanDemanded = ({ profile, require }: Policy): boolean =>
  require["scanned"] === "proven" || (require["scanned"] === undefined && profile === "strict");

type Open = GateVerdict["open"][number];

/** What is known to be exploited, and then what is worst. */
export const refusedOf = ({ open }: GateVerdict): readonly Open[] => open.filter(({ refused }) => refused !== undefined);

/** One finding in a line. */
export const findingWords = ({ vulnerability: { id, name, version, severity, fixed, secret }, refused, notes }: Open): string =>
  secret !== undefined
    ? [`${id} (${severity?.rating ?? "unknown"}): ${secret.what} in ${secret.path}`, ...notes].join(", ")
    : [
        `${id} (${severity?.rating ?? "unknown"}${refused === "exploited" ? ", known to be exploited" : ""}) in ${name} ${version}`,
        fixed === undefined ? "no fix" : `fixed in ${fixed}`,
        ...notes,
      ].join(", ");

/** How many findings are told in a sentence; the report lists them. */
const MOST_TOLD = 3;

const counted = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;

/** What came of a scan, in a sentence. */
export const scanWords = ({
  done: { judged, vulnerabilities },
  verdict,
}: {
  readonly done: Pick<ScanDone, "judged" | "vulnerabilities">;
  readonly verdict: GateVerdict;
}): string => {
  if (verdict.unjudged) return "nothing in it could be judged, which is no proof";
  const refused = refusedOf(verdict);
  const secrets = vulnerabilities.filter(({ secret }) => secret !== undefined).length;
  const known = counted(vulnerabilities.length - secrets, "known vulnerability", "known vulnerabilities");
  const found = `${known} in ${counted(judged, "package", "packages")}${secrets === 0 ? "" : `, ${counted(secrets, "secret", "secrets")}`}`;
  const waived = verdict.suppressed.length === 0 ? "" : `, ${verdict.suppressed.length} of them excused`;
  if (refused.length === 0) return `${found}${waived}, none that is refused`;
  const told = refused.slice(0, MOST_TOLD).map(findingWords);
  return `${found}${waived}, ${refused.length} refused: ${[...told, ...(refused.length > MOST_TOLD ? [`and ${refused.length - MOST_TOLD} more`] : [])].join("; ")}`;
};

const of = ({ service, digest }: Pick<ScanSubject, "service" | "digest">): Evidence["subject"] => ({ kind: "image", service, digest });

export const scanEvidence = (image: ScannedImage): Evidence => ({
  item: "scanned",
  subject: of(image.subject),
  kind: "scan",
  verdict: { state: image.verdict.passed ? "proven" : "disproved" },
  source: "ship/scan",
  because: [
    `${scanWords(image)}; scanned ${isoTime(image.done.finishedAt)}, advisories of ${isoTime(image.done.advisories.builtAt)}`,
    ...image.done.stale,
  ].join("; "),
  at: image.done.finishedAt,
});

/** Of an image, or of all of the project's. */
export const notScanned = (
  { project, clock }: Pick<Voyage, "project" | "clock">,
  reason: string,
  subject?: Pick<ScanSubject, "service" | "digest">,
): Evidence => ({
  item: "scanned",
  subject: subject === undefined ? { kind: "project", project: project.name } : of(subject),
  kind: "scan",
  verdict: { state: "not-tried", reason },
  source: "ship/scan",
  because: reason,
  at: clock.now(),
});
