import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { type Digest, hexOf, processRuns, type StateFolder, writeFileAtomic } from "../../core/index.ts";
import type { KeptGate, KeptRound, KeptScan } from "./kept-scan.ts";

/** The newest scan of each image by service, each project's gate, and how the last round went: a file each, whole or not there. */
export interface ScanStore {
  find(project: string, service: string, digest: Digest): KeptScan | undefined;
  keep(scan: KeptScan): void;
  gate(project: string): KeptGate | undefined;
  keepGate(gate: KeptGate): void;
  round(): KeptRound | undefined;
  keepRound(round: KeptRound): void;
  /** Removes scans of images that are none of these and that nobody wrote since then (milliseconds since the epoch), and what a process that was killed has not finished writing. */
  forgetOthers(digests: ReadonlySet<Digest>, since: number): void;
}

const TIME = v.pipe(v.number(), v.finite());
const SNAPSHOT = { at: TIME, found: v.array(v.string()) };

/** As deep as it matters for whoever reads it: the files are this host's own. */
const SCAN = v.looseObject({
  schema: v.literal("seaworthy/kept-scan@1"),
  ...SNAPSHOT,
  advisories: v.looseObject({ builtAt: TIME, asOf: TIME, stale: v.array(v.string()) }),
  passed: v.boolean(),
  open: v.array(v.looseObject({ id: v.string(), package: v.string(), version: v.string(), severity: v.string() })),
  excused: v.number(),
  approved: v.optional(v.looseObject(SNAPSHOT)),
});
const GATE = v.looseObject({
  schema: v.literal("seaworthy/kept-gate@1"),
  at: TIME,
  policy: v.looseObject({ waivers: v.array(v.looseObject({})), vex: v.array(v.looseObject({})) }),
  age: v.looseObject({ maxAgeMs: TIME }),
});
const ROUND = v.looseObject({
  schema: v.literal("seaworthy/rescan-round@1"),
  at: TIME,
  nextAt: TIME,
  unread: v.array(v.looseObject({ because: v.string() })),
});

const isScan = (value: unknown): value is KeptScan => v.is(SCAN, value);
const isGate = (value: unknown): value is KeptGate => v.is(GATE, value);
const isRound = (value: unknown): value is KeptRound => v.is(ROUND, value);

/** A file that is not whole, or of another version, is as good as none: it is written anew. */
const read = <T>(path: string, is: (value: unknown) => value is T): T | undefined => {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return is(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const names = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** As writeFileAtomic names what it has not finished. */
const UNFINISHED = /^\.(\d+)\.[0-9a-z]+\.tmp$/;
const SCAN_FILE = /\.([0-9a-f]{64})\.json$/;

/** In the state folder, `scans/<project>/`. */
export const openScanStore = ({ folder: state }: Pick<StateFolder, "folder">): ScanStore => {
  const folder = join(state, "scans");
  const scanPath = (project: string, service: string, digest: Digest): string => join(folder, project, `${service}.${hexOf(digest)}.json`);
  const gatePath = (project: string): string => join(folder, project, "gate.json");
  const roundPath = join(folder, "round.json");
  const write = (path: string, value: object): void => writeFileAtomic(path, `${JSON.stringify(value)}\n`, 0o600);
  return {
    find: (project, service, digest) => read(scanPath(project, service, digest), isScan),
    keep: (scan) => write(scanPath(scan.project, scan.service, scan.digest), scan),
    gate: (project) => read(gatePath(project), isGate),
    keepGate: (gate) => write(gatePath(gate.project), gate),
    round: () => read(roundPath, isRound),
    keepRound: (round) => write(roundPath, round),
    forgetOthers: (digests, since) => {
      const kept = new Set([...digests].map(hexOf));
      for (const within of [folder, ...names(folder).map((project) => join(folder, project))])
        for (const name of names(within)) {
          const [, hex] = SCAN_FILE.exec(name) ?? [];
          const [, writer] = UNFINISHED.exec(name) ?? [];
          const isOver =
            hex !== undefined && !kept.has(hex) && (statSync(join(within, name), { throwIfNoEntry: false })?.mtimeMs ?? since) < since;
          if (isOver || (writer !== undefined && !processRuns(Number(writer)))) rmSync(join(within, name), { force: true });
        }
    },
  };
};
