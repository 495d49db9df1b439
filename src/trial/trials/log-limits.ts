import { setTimeout as sleep } from "node:timers/promises";
import { formatByteSize } from "../../core/index.ts";
import type { Lab } from "../lab/lab.ts";
import { probeImage } from "../lab/probe.ts";
import { load } from "../load.ts";
import type { Proposal, Trial } from "../trial.ts";
import { comesUp } from "../up.ts";

const IDLE_MS = 700;
const LOAD_MS = 500;
/** Of the engine's own files this is kept by default, 20 MB five times over (docs.docker.com, logging drivers, local). */
const BOUNDED_BY_ITSELF = "local";
const MAX_SIZE = "10m";

type LogConfig = NonNullable<Awaited<ReturnType<Lab["engine"]["containers"]["inspect"]>>>["config"]["HostConfig"]["LogConfig"];

/** What the engine makes of the service's logging: its own defaults come in when a container is made. */
const effective = async ({ engine, subject, run, labels }: Lab): Promise<LogConfig> => {
  const name = `seaworthy-trial-${run}-logging`;
  const { logging } = subject.spec;
  await engine.containers.create(name, {
    Image: await probeImage(engine),
    Labels: labels,
    HostConfig: {
      NetworkMode: "none",
      ...(logging === undefined ? {} : { LogConfig: { Type: logging.driver, Config: logging.options } }),
    },
  });
  const state = await engine.containers.inspect(name);
  await engine.containers.remove(name);
  return state?.config.HostConfig.LogConfig;
};

const bytesOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);

const proposalFor = (driver: string | undefined, because: string): Proposal =>
  driver === undefined
    ? { path: ["logging", "driver"], value: BOUNDED_BY_ITSELF, because }
    : { path: ["logging", "options", "max-size"], value: MAX_SIZE, because };

export const logLimits: Trial = {
  id: "log-limits",
  items: ["log-rotation"],
  level: "standard",
  summary: "What it logs is kept within a limit.",
  why: "The engine keeps what a container says in a file without end, unless somebody says otherwise. It fills the disk that every other container, the database's too, lives on.",
  method:
    "A container is made with the service's own logging, and what the engine made of it is read back, its defaults included. How much the service logs is counted while nobody asks and under a load.",
  source: "https://docs.docker.com/engine/logging/configure/",
  applies: () => true,
  run: async (lab, { smoke, limitMs }) => {
    const config = await effective(lab);
    if (config === undefined) return { state: "not-tried", because: "the engine does not say how it keeps logs" };
    const running = await lab.start({ name: "log-limits" });
    const up = await comesUp(running, smoke, limitMs);
    if (!up.up) return { state: "not-tried", because: up.words };
    const before = bytesOf(await running.logs());
    await sleep(IDLE_MS);
    const idle = bytesOf(await running.logs()) - before;
    const { requests } = await load(running, smoke, { forMs: LOAD_MS, connections: 2, perSecond: 60 });
    await sleep(50);
    const loaded = bytesOf(await running.logs()) - before - idle;
    await running.remove();
    const perThousand = requests === 0 ? 0 : Math.max(0, Math.round((loaded / requests) * 1000));
    const { Type: driver, Config: options = {} } = config;
    const measured = {
      driver,
      options: Object.entries(options).map(([name, value]) => `${name}=${value}`),
      idleBytesPerSecond: Math.round((idle * 1000) / IDLE_MS),
      bytesPerThousandRequests: perThousand,
    };
    const said = `it logs ${formatByteSize(perThousand)} for 1,000 requests`;
    if (driver !== "json-file")
      return {
        state: "proven",
        because:
          driver === BOUNDED_BY_ITSELF ? `${driver} keeps a bounded part; ${said}` : `${driver} takes what it says elsewhere; ${said}`,
        measured,
        unless: "what takes logs elsewhere has limits of its own",
      };
    const size = options["max-size"];
    if (size !== undefined && size !== "-1")
      return { state: "proven", because: `json-file keeps ${options["max-file"] ?? "1"} files of ${size}; ${said}`, measured };
    return {
      state: "disproved",
      because: `json-file keeps all of it, without max-size; ${said}`,
      measured,
      unless: "a server whose engine has limits by default would keep them; this one has none",
      proposals: [proposalFor(lab.subject.spec.logging?.driver, `the engine keeps all of it; ${said}`)],
    };
  },
};
