import { lstatSync, readdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { type Clock, type ErrorCode, forTerminal, isSeaworthyError, rememberSecret, type StateFolder, wordsOf } from "../core/index.ts";
import type { ContainerState, Engine, EngineInfo, SocketFacts } from "../engine/index.ts";
import type { Proxy, ProxyReport } from "../proxy/index.ts";
import { slotsOf } from "./file-slots.ts";
import { historyOf, type ReleaseLine } from "./history.ts";
import type { Journal, Written } from "./journal.ts";
import { LABELS } from "./live.ts";
import { rememberEnvironment, rememberSecretsOf } from "./remember.ts";
import type { ProjectStatus } from "./status.ts";
import { unseal } from "./vault.ts";

/** Something that is wrong or soon will be. */
export interface Ailment {
  readonly what: string;
  readonly advice: string;
  /** Of what could not be looked at: the error that said so. */
  readonly code?: ErrorCode;
}

/** What could not be had at all, as an ailment. */
export const ailmentOf = (error: unknown): Ailment =>
  isSeaworthyError(error)
    ? { what: [error.message, ...error.problems].join("; "), advice: error.hint, code: error.code }
    : { what: wordsOf(error), advice: "This is a bug of ours, please report it." };

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
  /** Absent where no project could be read here: then only the host is looked at. */
  readonly project?: string;
  readonly ailments: readonly Ailment[];
  /** Of the tool, its runtime and the kernel. */
  readonly versions: Readonly<Record<string, string>>;
  readonly engine: EngineInfo | { readonly unreachable: string };
  readonly socket: SocketFacts;
  /** What of the state folder is there, with the bytes of each part; absent where it could not be opened. */
  readonly state?: { readonly folder: string; readonly runFolder: string; readonly parts: Readonly<Record<string, number>> };
  readonly rooms: readonly Room[];
  readonly status: ProjectStatus | { readonly unknown: string };
  readonly history: readonly ReleaseLine[];
  /** The last entries of the project, oldest first, without manifests and plans. */
  readonly journal: readonly object[];
  readonly containers: readonly ReportedContainer[];
  /** Absent where the state folder could not be opened. */
  readonly proxy?: ProxyReport;
}

/** What can be had of this host. Each part that is absent has its reason in `problems`. */
export interface DiagnosisSources {
  readonly engine: Engine;
  readonly socket: SocketFacts;
  readonly versions: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly proxy?: Proxy;
  readonly state?: StateFolder;
  readonly journal?: Journal;
  readonly project?: string;
  readonly status?: () => Promise<ProjectStatus>;
  readonly problems?: readonly Ailment[];
}

const RELEASES = 10;
const ENTRIES = 200;
const LOG_LINES = 50;
/** Below this a rollout, an image or the journal may find no room. */
const LEAST_FREE_BYTES = 1024 ** 3;
const LEAST_FREE_SHARE = 0.05;

/** What past releases were given may stand in the journal, in the words of a container that failed, though the container is gone. */
const rememberReleases = (journal: Journal, state: StateFolder, project: string): void => {
  for (const { manifest } of journal.releases(project)) {
    for (const { spec } of manifest.services)
      rememberEnvironment(Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`));
    for (const slot of slotsOf(manifest)) {
      if (slot.kind !== "secret") continue;
      try {
        const sealed = unseal(state, slot);
        if (sealed !== undefined) rememberSecret(sealed);
      } catch {
        // It cannot be opened, so nobody here knows it.
      }
    }
  }
};

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

/** Where an engine that does not answer most likely has its images: a full disk may be why it does not. */
const USUAL_STORAGE = "/var/lib/docker";

const LISTED_PARTS = 50;

/** Names and sizes of what lies in the state folder, without a look inside. */
const partsOf = (folder: string): Readonly<Record<string, number>> => {
  try {
    const names = readdirSync(folder).toSorted().slice(0, LISTED_PARTS);
    return Object.fromEntries(names.map((name) => [name, lstatSync(join(folder, name)).size]));
  } catch {
    return {};
  }
};

const socketAilments = ({ socket }: SocketFacts): readonly Ailment[] => {
  if (socket === undefined || socket.permitted) return [];
  const owner = `mode ${socket.mode ?? "?"}, user ${socket.uid ?? "?"}, group ${socket.gid ?? "?"}`;
  return [
    socket.exists
      ? {
          what: `this user may not open ${socket.path} (${owner})`,
          advice: `Run as root, or join the socket's group (${socket.gid ?? "docker"}).`,
        }
      : {
          what: `there is no socket ${socket.path}`,
          advice: "Start Docker Engine (systemctl start docker), or set DOCKER_HOST to where it listens.",
        },
  ];
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

const containersOf = async (engine: Engine, project: string): Promise<readonly ReportedContainer[]> => {
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
  return containers;
};

/** The journal's own fault is an ailment as any other. */
const fromJournal = <T>(problems: Ailment[], empty: T, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    problems.push(ailmentOf(error));
    return empty;
  }
};

/** Looks at everything and says what ails it. Never throws for what it looks at: a part that cannot be had says why. */
export const diagnose = async (sources: DiagnosisSources): Promise<Diagnosis> => {
  const { engine, socket, versions, proxy, state, journal, clock, project, status: readStatus, problems: given = [] } = sources;
  const problems = [...given];
  const known = project !== undefined && journal !== undefined ? { project, journal } : undefined;
  if (state !== undefined && project !== undefined) rememberSecretsOf(state, project);
  if (state !== undefined && known !== undefined)
    fromJournal(problems, undefined, () => rememberReleases(known.journal, state, known.project));
  let engineAilment: Ailment | undefined;
  const info = await engine.system.info().catch((error: unknown) => {
    engineAilment = ailmentOf(error);
    return { unreachable: wordsOf(error) };
  });
  const isUp = engineAilment === undefined;
  const status = await attempt(
    async () => readStatus?.() ?? { unknown: "no project and no journal to compare with" },
    (unknown) => ({ unknown }),
  );
  const containers = isUp && project !== undefined ? await containersOf(engine, project) : [];
  const folders = state === undefined ? [] : [state.folder, state.runFolder];
  const rooms = [...folders, "storageFolder" in info ? info.storageFolder : USUAL_STORAGE].flatMap(roomOf);
  const history = known === undefined ? [] : fromJournal(problems, [], () => historyOf(known.journal, known.project).slice(0, RELEASES));
  const entries =
    known === undefined ? [] : fromJournal(problems, [], () => known.journal.entries(known.project).slice(-ENTRIES).map(withoutManifest));
  const told = new Set<string>();
  return redacted({
    schema: "seaworthy/doctor@1" as const,
    at: new Date(clock.now()).toISOString(),
    ...(project === undefined ? {} : { project }),
    ailments: [
      ...(engineAilment === undefined ? [] : [engineAilment, ...socketAilments(socket)]),
      ...problems,
      // With the engine away its words would be the engine's, once more.
      ...("unknown" in status
        ? isUp && readStatus !== undefined
          ? [{ what: status.unknown, advice: "Mend this first: nothing else can be compared." }]
          : []
        : ofStatus(status)),
      ...containers.flatMap(restarting),
      // The run folder is small by design.
      ...rooms.filter(({ folder }) => folder !== state?.runFolder).flatMap(tight),
    ].filter(({ what }) => !told.has(what) && told.add(what)),
    versions,
    engine: info,
    socket,
    ...(state === undefined ? {} : { state: { folder: state.folder, runFolder: state.runFolder, parts: partsOf(state.folder) } }),
    rooms,
    status,
    history,
    journal: entries,
    containers,
    ...(proxy === undefined ? {} : { proxy: await proxy.report() }),
  });
};
