import type { Evidence } from "../../checklist/index.ts";
import { isoTime } from "../../core/index.ts";
import type { Voyage } from "../voyage.ts";
import { keptFindingWords } from "./finding-words.ts";
import type { KeptScan } from "./kept-scan.ts";
import { openScanStore } from "./store.ts";

/** How many refused findings are told in a sentence; a scan tells them all. */
const MOST_TOLD = 3;
const WHOSE = { release: "for its release", scan: "by a person", agent: "by the agent" } as const;

const verdictWords = ({ unjudged, open, excused, judged }: KeptScan): string => {
  if (unjudged) return "nothing in it could be judged, which is no proof";
  const refused = open.filter((one) => one.refused !== undefined);
  const found = `${open.length + excused} known in ${judged} ${judged === 1 ? "package" : "packages"}${excused === 0 ? "" : `, ${excused} of them excused`}`;
  if (refused.length === 0) return `${found}, none that is refused`;
  const more = refused.length > MOST_TOLD ? [`and ${refused.length - MOST_TOLD} more`] : [];
  return `${found}, ${refused.length} refused: ${[...refused.slice(0, MOST_TOLD).map(keptFindingWords), ...more].join("; ")}`;
};

const scanWords = (scan: KeptScan): string => {
  const { asOf, stale } = scan.advisories;
  const of = asOf === 0 ? "advisories of a day that nobody told" : `advisories of ${isoTime(asOf)}`;
  return [`${verdictWords(scan)}; scanned ${isoTime(scan.at)} ${WHOSE[scan.by]}, ${of}`, ...stale].join("; ");
};

const SAID: Readonly<Record<Evidence["verdict"]["state"], string>> = {
  proven: "was let through",
  disproved: "was refused",
  "not-tried": "had not been scanned",
  waived: "was waived",
};

/** What a release was shipped with speaks of that day: said beside the newest look only where that one says otherwise. */
const before = (shipped: Evidence | undefined, passed: boolean): string =>
  shipped === undefined || (shipped.verdict.state === "proven") === passed
    ? ""
    : `; when it was shipped, ${isoTime(shipped.at)}, it ${SAID[shipped.verdict.state]}`;

/**
 * The evidence of a project with the newest look at each image that its live release runs, a person's or the agent's, in the place of that which the release was
 * shipped with. Reads what is kept: no image, no advisories.
 */
export const withNewestScans = (
  { project, state, releases }: Pick<Voyage, "project" | "state" | "releases">,
  evidence: readonly Evidence[],
): readonly Evidence[] => {
  const services = releases.live(project.name)?.manifest.services ?? [];
  const store = openScanStore(state);
  const newest = new Map<string, Evidence>();
  for (const { name: service, image } of services) {
    const scan = store.find(project.name, service, image.manifest);
    const isOf = ({ item, subject }: Evidence): boolean =>
      item === "scanned" &&
      (subject.kind === "project" || (subject.kind === "image" && subject.service === service && subject.digest === image.manifest));
    const shipped = evidence.filter(isOf).toSorted((a, b) => b.at - a.at)[0];
    if (scan === undefined || (shipped !== undefined && shipped.verdict.state !== "not-tried" && shipped.at >= scan.at)) continue;
    newest.set(service, {
      item: "scanned",
      subject: { kind: "image", service, digest: image.manifest },
      kind: "scan",
      verdict: { state: scan.passed ? "proven" : "disproved" },
      source: "ship/rescan",
      because: `${scanWords(scan)}${before(shipped, scan.passed)}`,
      at: scan.at,
    });
  }
  const isAll = services.every(({ name }) => newest.has(name));
  const isOld = ({ item, subject }: Evidence): boolean =>
    item === "scanned" && ((subject.kind === "image" && newest.has(subject.service)) || (subject.kind === "project" && isAll));
  return newest.size === 0 ? evidence : [...evidence.filter((one) => !isOld(one)), ...newest.values()];
};
