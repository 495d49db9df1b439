import { isoTime } from "../core/index.ts";
import type { Notice } from "../release/index.ts";
import { type KeptFinding, keptFindingWords, type Rescan } from "../ship/index.ts";

/** What a round over all that runs has to say. */
export interface ScanNotice extends Notice {
  /** For scripts: what is new since the scan before. */
  readonly findings?: readonly KeptFinding[];
  /** For scripts: its image is refused, and was not in the look before, or there was none. */
  readonly refused?: true;
  /** It is so until somebody changes it: said once. */
  readonly lasts?: true;
}

const MOST_NAMED = 3;

type Scanned = Rescan["scanned"][number];

const listed = (findings: readonly KeptFinding[], what: string, service: string): string => {
  const more = findings.length > MOST_NAMED ? [`and ${findings.length - MOST_NAMED} more`] : [];
  const named = [...findings.slice(0, MOST_NAMED).map(keptFindingWords), ...more].join("; ");
  return `${findings.length} ${findings.length === 1 ? "vulnerability" : "vulnerabilities"} of what runs ${what}: ${named}; next: seaworthy scan ${service}`;
};

const findingsWords = ({ fresh, first, service }: Scanned): string | undefined => {
  const told = fresh.filter(({ refused, exploited }) => !first || refused !== undefined || exploited === true);
  return told.length === 0 ? undefined : listed(told, first ? "known and refused" : "newly known", service);
};

const turnedWords = ({ service, scan }: Scanned): string =>
  scan.unjudged
    ? "nothing in its image can be judged any more, which is no proof"
    : `its image was let through before, and is refused now; next: seaworthy scan ${service}`;

/** In the order of the round; of each image what is known to be exploited first. The first of an agent tells also what others found while it was not there. */
export const scanNotices = ({ at, problem, unread, scanned, standing }: Rescan, isFirst = false): readonly ScanNotice[] => {
  const notices: ScanNotice[] = [];
  for (const { project, service, fresh } of isFirst ? standing : [])
    notices.push({ at, project, service, words: listed(fresh, "known since its release", service), findings: fresh });
  if (problem !== undefined) notices.push({ at, words: `what runs cannot be scanned again: ${problem}`, lasts: true });
  for (const { project, service, because } of unread)
    notices.push({ at, project, service, words: `its image cannot be scanned again: ${because}`, lasts: true });
  for (const one of scanned) {
    const { project, service, scan, fresh } = one;
    const words = findingsWords(one);
    const isRefused = one.first && !scan.passed ? { refused: true as const } : {};
    if (words !== undefined) notices.push({ at, project, service, words, findings: fresh, ...isRefused });
    if (one.turned) notices.push({ at, project, service, words: turnedWords(one), refused: true });
    for (const stale of scan.advisories.stale)
      notices.push({ at, project, service, words: `scanned by stale advisories: ${stale}`, lasts: true });
  }
  const asOf = Math.min(...scanned.map(({ scan }) => scan.advisories.asOf));
  if (scanned.length > 0)
    notices.push({
      at,
      words: `scanned again what runs: ${scanned.length} ${scanned.length === 1 ? "image" : "images"}, advisories of ${isoTime(asOf).slice(0, 10)}`,
    });
  return notices;
};
