import { forTerminal, isoTime } from "../../core/index.ts";
import { type KeptFinding, keptFindingWords, type ScanStatus, type ServiceScan } from "../../ship/index.ts";
import { ago } from "./table.ts";

/** How many findings a line names; a scan tells them all. */
const MOST_NAMED = 3;

/** `2 critical (1 known to be exploited), 1 high` */
const bySeverity = (findings: readonly KeptFinding[]): string => {
  const severities = [...new Set(findings.map(({ severity }) => severity))];
  return severities
    .map((severity) => {
      const these = findings.filter((one) => one.severity === severity);
      const exploited = these.filter((one) => one.exploited === true).length;
      return `${these.length} new ${severity}${exploited === 0 ? "" : ` (${exploited} known to be exploited)`}`;
    })
    .join(", ");
};

const days = (ms: number): string => (ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`);

const verdictWords = ({ unjudged, open, refused, fresh, excused }: NonNullable<ServiceScan["scan"]>): string => {
  if (unjudged) return "nothing in it could be judged, which is no proof";
  const known = `${open} known, ${refused === 0 ? "none that is refused" : `${refused} refused`}${excused === 0 ? "" : `, ${excused} excused`}`;
  return fresh.length === 0 ? known : `${bySeverity(fresh)} since its release; ${known}`;
};

const scanWords = ({ service, scan, shipped, unread }: ServiceScan, maxAgeMs: number, now: number): readonly string[] => {
  const next = `; next: seaworthy scan ${service}`;
  const failed = unread === undefined ? "" : `; it could not be scanned again: ${unread}`;
  if (scan === undefined) {
    if (shipped === undefined) return [`not scanned${failed}${next}`];
    if (shipped.state === "not-tried") return [`not scanned: ${shipped.because}${failed}${next}`];
    return [`scanned ${ago(shipped.at, now)}, on its way here: ${shipped.because}${failed}`];
  }
  const { at, advisories, tooOld, fresh, passed } = scan;
  const day = advisories.asOf === 0 ? "advisories of a day that nobody told" : `advisories of ${isoTime(advisories.asOf).slice(0, 10)}`;
  const old = tooOld ? `, older than the ${days(maxAgeMs)} that are allowed` : "";
  const isCalm = passed && fresh.length === 0 && !tooOld && unread === undefined;
  return [
    `scanned ${ago(at, now)} with ${day}${old}: ${verdictWords(scan)}${failed}${isCalm ? "" : next}`,
    ...fresh.slice(0, MOST_NAMED).map((one) => `    new: ${keptFindingWords(one)}`),
    ...(fresh.length > MOST_NAMED ? [`    and ${fresh.length - MOST_NAMED} more that are new`] : []),
  ];
};

/** A line for each service of the live release: how old its scan is and what it said. */
export const scanLines = (status: ScanStatus | undefined, now: number): readonly string[] => {
  if (status === undefined) return [];
  const { services, round, maxAgeMs } = status;
  const lines = services.flatMap((one) => {
    const [first = "", ...rest] = scanWords(one, maxAgeMs, now);
    return [`  ${one.service}  ${first}`, ...rest];
  });
  const problem = round?.problem === undefined ? [] : [`  the agent could scan nothing again ${ago(round.at, now)}: ${round.problem}`];
  return [...lines, ...problem].map(forTerminal);
};
