import { NO_TRAFFIC, SeaworthyError } from "../core/index.ts";
import { type Backend, behindCheck, nextOf } from "./backend.ts";
import { certificateId } from "./certificates/store.ts";
import type { SideTimes } from "./haproxy/access-log.ts";
import type { SideCounters, Sides } from "./haproxy/sides.ts";
import type { ServerStatus } from "./haproxy/servers.ts";
import type { Proxy } from "./proxy.ts";

const IDLE: SideCounters = { requests: 0, errors: 0 };

export interface FakeProxy extends Proxy {
  readonly backends: Map<string, Backend>;
  /** What both sides of any backend have counted by now. Default nothing. */
  counted: () => Partial<Sides>;
  /** What the proxy serves by now, by project: paths of certificates. */
  readonly served: Map<string, readonly string[]>;
  /** What its access log tells of both sides by now. Default nothing; undefined where it has none. */
  timed: (() => { readonly stable: SideTimes; readonly next: SideTimes }) | undefined;
  /** Connections that last, by `backend/server`; default none. */
  readonly lasting: Map<string, number>;
  /** Servers that were said to be lost, as `backend/server`. */
  readonly lost: readonly string[];
}

/** A proxy in memory: every server it is given answers its check. For tests of what drives a proxy. */
export const createFakeProxy = (): FakeProxy => {
  const backends = new Map<string, Backend>();
  const lost: string[] = [];
  const served = new Map<string, readonly string[]>();
  const lasting = new Map<string, number>();
  /** As `backend/server`: what HAProxy has not heard of yet. */
  const announced = new Set<string>();
  let running = false;
  const required = (name: string): Backend => {
    const backend = backends.get(name);
    if (backend === undefined) throw new SeaworthyError("STATE_NEEDS_PERSON", `the proxy has no backend ${name}`);
    return backend;
  };
  const status = (server: Backend["servers"][number]): ServerStatus => ({
    name: server.name,
    address: `${server.address}:${server.port}`,
    weight: server.weight,
    status: server.weight === NO_TRAFFIC ? "DRAIN" : "UP",
    checkStatus: "L7OK",
    checking: false,
    checkCode: "200",
    lastCheck: "",
    current: 0,
    queued: 0,
    total: 0,
    serverErrors: 0,
    most: 0,
  });
  const fake: FakeProxy = {
    backends,
    lost,
    served,
    certificates: {
      list: () =>
        [...served].flatMap(([project, paths]) =>
          paths.map((path) => ({
            id: certificateId(project, { certificate: path, key: path }),
            project,
            files: { certificate: path, key: path },
            names: ["shop.localhost"],
            notBeforeMs: 0,
            notAfterMs: 4_000_000_000_000,
            state: "good" as const,
          })),
        ),
      install: async (project, files) => {
        if (!running) throw new SeaworthyError("PROXY_UNREACHABLE", "the proxy does not run");
        served.set(project, [...new Set([...(served.get(project) ?? []), ...files.map(({ certificate }) => certificate)])]);
        return [];
      },
      keepOnly: async (project, files) => {
        const wanted = files.map(({ certificate }) => certificate);
        served.set(
          project,
          (served.get(project) ?? []).filter((path) => wanted.includes(path)),
        );
      },
      renew: async () => [],
    },
    lasting,
    counted: () => ({}),
    timed: () => ({ stable: { answers: 0 }, next: { answers: 0 } }),
    ensureRunning: async () => {
      running = true;
    },
    declare: async (backend) => {
      running = true;
      const before = backends.get(backend.name);
      const servers = before === undefined ? [] : behindCheck(before.servers, before.check, backend.check);
      const said = before?.byHand === undefined ? {} : { byHand: before.byHand };
      backends.set(backend.name, { httpPort: 80, ...backend, ...said, servers });
    },
    updateServers: async (name, change) => {
      const backend = required(name);
      backends.set(name, { ...backend, servers: change(backend.servers) });
      for (const id of announced) if (id.startsWith(`${name}/`)) announced.delete(id);
    },
    announce: async (name, change) => {
      const backend = required(name);
      const servers = change(backend.servers);
      for (const one of servers) if (!backend.servers.includes(one)) announced.add(`${name}/${one.name}`);
      backends.set(name, { ...backend, servers });
    },
    admit: async (name, server) => void announced.delete(`${name}/${server}`),
    admitAnew: async () => undefined,
    hold: async (name, forMs = 0) => {
      const { heldUntil: _, ...free } = required(name);
      if (free.hold === undefined)
        throw new SeaworthyError("STATE_NEEDS_PERSON", `the proxy has no backend ${name} whose requests can wait`);
      backends.set(name, forMs === 0 ? free : { ...free, heldUntil: Math.ceil(forMs / 1000) });
      return 0;
    },
    sayByHand: async (name, change) => {
      const { byHand = {}, ...free } = required(name);
      const said = change(byHand);
      backends.set(name, said.closed === undefined && said.paused === undefined ? free : { ...free, byHand: said });
      return 0;
    },
    answerTimes: async () => {
      if (fake.timed === undefined) throw new SeaworthyError("PROXY_UNREACHABLE", "HAProxy has no access log");
      const read = fake.timed;
      return { read, [Symbol.dispose]: () => undefined };
    },
    steer: async (name, steering) => {
      const { steering: _, ...free } = required(name);
      backends.set(name, steering === undefined ? free : { ...free, steering });
    },
    sides: async (name) =>
      backends.has(name) && backends.has(nextOf(name)) ? { worker: "1", stable: IDLE, next: IDLE, ...fake.counted() } : undefined,
    lose: async (name, server) => {
      lost.push(`${name}/${server}`);
    },
    servers: async (name) =>
      backends
        .get(name)
        ?.servers.filter((one) => !announced.has(`${name}/${one.name}`))
        .map(status),
    declared: (name) => backends.get(name),
    drift: async () => (running ? [] : ["HAProxy does not run"]),
    notices: () => [],
    broken: () => [],
    counters: async (name) =>
      backends.has(name)
        ? { worker: 1, requests: 0, errors: 0, serverErrors: 0, cutByServer: 0, cutByClient: 0, retries: 0, redispatches: 0 }
        : undefined,
    load: async (name, server) => ({ requests: lasting.get(`${name}/${server}`) ?? 0, oldWorkers: 0 }),
    endLasting: async (name, server, most) => {
      const there = lasting.get(`${name}/${server}`) ?? 0;
      const ended = Math.min(most, there);
      lasting.set(`${name}/${server}`, there - ended);
      return { there, ended, streams: 0 };
    },
    report: async () => ({ config: "", info: "", stat: "", errors: "", workers: "" }),
    processes: async () => ({ workers: [1], oldWorkers: [] }),
    withdraw: async (name) => {
      backends.delete(name);
    },
    remove: async () => {
      running = false;
      backends.clear();
    },
  };
  return fake;
};
