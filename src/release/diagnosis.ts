import { statfsSync } from "node:fs";
import { type Clock, forTerminal, type StateFolder, wordsOf } from "../core/index.ts";
import type { ContainerState, Engine, EngineInfo } from "../engine/index.ts";
import type { Proxy, ProxyReport } from "../proxy/index.ts";
import { historyOf, type ReleaseLine } from "./history.ts";
import type { Journal, Written } from "./journal.ts";
import { LABELS } from "./live.ts";
import { rememberEnvironment, rememberSecretsOf } from "./remember.ts";
import type { ProjectStatus } from "./status.ts";

/** Something that is wrong or soon will be. */
export interface Ailment {
  readonly what: string;
  readonly advice: string;
}

/** Free room of a file system. */
export interface Room {
  readonly folder: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

type ReportedContainer = Omit<ContainerState, "config" | "labels"> & {
  /** Names of its environment's variables; their values may be secret. */
  readonly environment: readonly string[];
  readonly logs: readonly string[];
};

/** All that a person needs who looks for a fault from far away. Redacted: no secret's content, no value of an environment variable. */
export interface Diagnosis {
  readonly schema: "seaworthy/doctor@1";
  /** RFC 3339. */
  readonly at: string;
  readonly project: string;
  readonly ailments: readonly Ailment[];
  readonly engine: EngineInfo | { readonly unreachable: string };
  readonly rooms: readonly Room[];
  readonly status: ProjectStatus | { readonly unknown: string };
  readonly history: readonly ReleaseLine[];
  /** The last entries of the project, oldest first, without manifests and plans. */
  readonly journal: readonly object[];
  readonly containers: readonly ReportedContainer[];
  readonly proxy: ProxyReport;
}

interface Sources {
  readonly engine: Engine;
  readonly proxy: Proxy;
  readonly state: StateFolder;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly project: string;
  readonly status: () => Promise<ProjectStatus>;
}

const RELEASES = 10;
const ENTRIES = 200;
const LOG_LINES = 50;
/** Below this a rollout, an image or the journal may find no room. */
const LEAST_FREE_BYTES = 1024 ** 3;
const LEAST_FREE_SHARE = 0.05;

const attempt = async <T, E>(work: () => Promise<T>, failed: (words: string) => E): Promise<T | E> => {
  try {
    return await work();
  } catch (error) {
    return failed(wordsOf(error));
  }
};

const reportedContainer = async (engine: Engine, name: string): Promise<readonly ReportedContainer[]> => {
  const found = await engine.containers.inspect(name);
  if (found === undefined) return [];
  const { config, labels: _, ...rest } = found;
  const environment = config.Env ?? [];
  rememberEnvironment(environment);
  const logs = await attempt(
    () => Array.fromAsync(engine.containers.logs(name, { tail: LOG_LINES, timestamps: true })),
    (words) => [words],
  );
  return [{ ...rest, environment: environment.map((one) => one.split("=", 1)[0] ?? "").toSorted(), logs }];
};

const withoutManifest = (entry: Written): object => {
  if (entry.kind !== "release") return entry;
  const { manifest, plan, evidence, ...rest } = entry;
  return { ...rest, version: manifest.version, steps: plan.steps.length, evidence: evidence.length };
};

const roomOf = (folder: string): readonly Room[] => {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return [{ folder, freeBytes: bavail * bsize, totalBytes: blocks * bsize }];
  } catch {
    return [];
  }
};

const tight = ({ folder, freeBytes, totalBytes }: Room): readonly Ailment[] =>
  freeBytes < LEAST_FREE_BYTES || freeBytes < totalBytes * LEAST_FREE_SHARE
    ? [
        {
          what: `${folder} has ${Math.round(freeBytes / 1024 ** 2)} MiB left of ${Math.round(totalBytes / 1024 ** 2)}`,
          advice: "Make room before the next release: docker system df shows what takes it.",
        },
      ]
    : [];

const restarting = ({ name, restartCount, oomKilled, exitCode }: ReportedContainer): readonly Ailment[] => [
  ...(oomKilled ? [{ what: `${name} was killed for want of memory`, advice: "Raise its memory limit, or find what grows." }] : []),
  ...(restartCount > 2
    ? [
        {
          what: `${name} was restarted ${restartCount} times${exitCode === undefined ? "" : `, last after exit status ${exitCode}`}`,
          advice: `seaworthy logs shows what it said before it ended.`,
        },
      ]
    : []),
];

const ofStatus = (status: ProjectStatus): readonly Ailment[] => [
  ...(status.live === undefined ? [{ what: "nothing is live", advice: "seaworthy deploy makes a release live." }] : []),
  ...(status.unfinished === undefined
    ? []
    : [
        {
          what: `release r${status.unfinished.release} is unfinished: ${status.unfinished.done} of ${status.unfinished.steps} steps are done`,
          advice: "seaworthy status says which command ends it.",
        },
      ]),
  ...status.drift.map((what) => ({ what, advice: "seaworthy deploy brings what runs back to the release." })),
];

/** Strings of a whole document, redacted and cleaned of what drives a terminal. */
const redacted = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value), (_, inner: unknown) => (typeof inner === "string" ? forTerminal(inner) : inner)) as T;

/** Looks at everything and says what ails it. Never throws for what it looks at: a part that cannot be had says why. */
export const diagnose = async ({ engine, proxy, state, journal, clock, project, status: readStatus }: Sources): Promise<Diagnosis> => {
  rememberSecretsOf(state, project);
  const info = await attempt(
    () => engine.system.info(),
    (unreachable) => ({ unreachable }),
  );
  const status = await attempt(readStatus, (unknown) => ({ unknown }));
  const names = await attempt(
    async () => (await engine.containers.list({ [LABELS.project]: project })).map(({ name }) => name),
    () => [],
  );
  const containers: ReportedContainer[] = [];
  for (const name of names)
    containers.push(
      ...(await attempt(
        () => reportedContainer(engine, name),
        () => [],
      )),
    );
  const rooms = [state.folder, state.runFolder, ...("storageFolder" in info ? [info.storageFolder] : [])].flatMap(roomOf);
  return redacted({
    schema: "seaworthy/doctor@1",
    at: new Date(clock.now()).toISOString(),
    project,
    ailments: [
      ...("unreachable" in info ? [{ what: info.unreachable, advice: "Start the engine, or give yourself access to its socket." }] : []),
      ...("unknown" in status ? [{ what: status.unknown, advice: "Mend this first: nothing else can be compared." }] : ofStatus(status)),
      ...containers.flatMap(restarting),
      // The run folder is small by design.
      ...rooms.filter(({ folder }) => folder !== state.runFolder).flatMap(tight),
    ],
    engine: info,
    rooms,
    status,
    history: historyOf(journal, project).slice(0, RELEASES),
    journal: journal.entries(project).slice(-ENTRIES).map(withoutManifest),
    containers,
    proxy: await proxy.report(),
  });
};
