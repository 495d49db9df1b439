import type { Digest } from "../../core/index.ts";
import { scanMaxAgeMs } from "../scan-images.ts";
import type { Voyage } from "../voyage.ts";
import type { KeptFinding, KeptRound, KeptScan } from "./kept-scan.ts";
import { openScanStore } from "./store.ts";

/** What is known of the image that a service runs. Times are milliseconds since the epoch. */
export interface ServiceScan {
  readonly service: string;
  /** Of its manifest. */
  readonly digest: Digest;
  /** Absent: it was not scanned on this host. */
  readonly scan?: Pick<KeptScan, "at" | "by" | "advisories" | "passed" | "unjudged" | "judged" | "excused"> & {
    /** The scan, or the day its advisories are of, is older than `policy.scan.maxAge`. */
    readonly tooOld: boolean;
    /** What nothing excuses, and how much of that is refused. */
    readonly open: number;
    readonly refused: number;
    /** When a release with it was approved last; absent: nobody had looked then, so what is new is not known. */
    readonly approvedAt?: number;
    /** What is new since then and nothing excuses; what is known to be exploited first, then the worst. */
    readonly fresh: readonly KeptFinding[];
  };
  /** What its release was shipped with, where no more is known. */
  readonly shipped?: { readonly at: number; readonly state: string; readonly because: string };
  /** Why the agent could not look at it again. */
  readonly unread?: string;
}

export interface ScanStatus {
  /** `policy.scan.maxAge`. */
  readonly maxAgeMs: number;
  /** Of each service of the live release. */
  readonly services: readonly ServiceScan[];
  /** How the agent's last round went; absent: there was none. */
  readonly round?: Pick<KeptRound, "at" | "nextAt" | "problem">;
}

const told = (
  { at, by, advisories, passed, unjudged, judged, excused, open, approved }: KeptScan,
  tooOld: boolean,
): NonNullable<ServiceScan["scan"]> => ({
  at,
  by,
  advisories,
  passed,
  unjudged,
  judged,
  excused,
  tooOld,
  open: open.length,
  refused: open.filter(({ refused }) => refused !== undefined).length,
  ...(approved === undefined ? {} : { approvedAt: approved.at }),
  fresh: open.filter(({ isNew }) => isNew === true),
});

/** How old the scans of what runs are, and what they said. Reads what is kept: no image, no advisories. Undefined when nothing is live. */
export const scanStatus = ({
  project,
  state,
  releases,
  clock,
}: Pick<Voyage, "project" | "state" | "releases" | "clock">): ScanStatus | undefined => {
  const live = releases.live(project.name);
  if (live === undefined) return undefined;
  const store = openScanStore(state);
  const round = store.round();
  const maxAgeMs = scanMaxAgeMs(project);
  const oldest = clock.now() - maxAgeMs;
  const evidence = releases.evidenceOf(project.name, live.release).filter(({ item }) => item === "scanned");
  const services = live.manifest.services.map(({ name, image: { manifest: digest } }): ServiceScan => {
    const scan = store.find(project.name, name, digest);
    const unread = round?.unread.find((one) => one.project === project.name && one.service === name && one.digest === digest);
    const shipped = evidence.find(({ subject }) => subject.kind === "project" || (subject.kind === "image" && subject.digest === digest));
    return {
      service: name,
      digest,
      ...(scan === undefined
        ? shipped === undefined
          ? {}
          : { shipped: { at: shipped.at, state: shipped.verdict.state, because: shipped.because } }
        : { scan: told(scan, scan.at < oldest || scan.advisories.asOf < oldest) }),
      ...(unread === undefined ? {} : { unread: unread.because }),
    };
  });
  return {
    maxAgeMs,
    services,
    ...(round === undefined
      ? {}
      : { round: { at: round.at, nextAt: round.nextAt, ...(round.problem === undefined ? {} : { problem: round.problem }) } }),
  };
};
