import { join } from "node:path";
import {
  type Clock,
  hasCode,
  lock,
  NO_TRAFFIC,
  parseWeight,
  SeaworthyError,
  type StateFolder,
  systemClock,
  wordsOf,
} from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import { type Backend, behindCheck, isServerName, nextOf, projectOf, type Server, type Steering } from "./backend.ts";
import { type Certificates, createCertificates } from "./certificates/certificates.ts";
import { assertPortFree, PROXY_CONTAINER } from "./container.ts";
import { CERTIFICATE_LIST, differingCertificates, reconcileCertificates } from "./haproxy/certificates.ts";
import { type Counters, readCounters } from "./haproxy/counters.ts";
import { endLasting, type Ended } from "./haproxy/lasting.ts";
import { hasIpv6 } from "./haproxy/listeners.ts";
import type { Processes } from "./haproxy/master.ts";
import { ADMIN_SOCKET, MASTER_SOCKET } from "./haproxy/render.ts";
import { createRuntime } from "./haproxy/runtime.ts";
import { addServer, deleteServer, readServers, type ServerStatus, takeForDown } from "./haproxy/servers.ts";
import { readSides, type Sides } from "./haproxy/sides.ts";
import { type AnswerTimes, followAnswerTimes } from "./haproxy/access-log.ts";
import { createLifecycle } from "./lifecycle.ts";
import { readConnections } from "./haproxy/holds.ts";
import { maxConnections } from "./haproxy/limits.ts";
import { setLive } from "./haproxy/live.ts";
import type { ByHand } from "./limits.ts";
import { reconcileServers } from "./reconcile.ts";
import { type ProxyReport, readReport } from "./report.ts";
import { INSIDE, type InnerFolders, openProxyStore } from "./store.ts";
import { createWorkers, oneByOne } from "./workers.ts";

/** A backend without what the proxy itself keeps of it. */
type Declared = Omit<Backend, "servers" | "httpPort" | "heldUntil" | "steering" | "byHand"> & Partial<Pick<Backend, "httpPort">>;

/** The data plane of one host. What it should be is on disk before it is asked of HAProxy, so both a crash of ours and a restart of HAProxy find it. */
export interface Proxy {
  /**
   * Starts HAProxy's container when it does not run, and replaces one that is not as it would be made now, losing nothing: two run beside each other until
   * the old one's last connection ends, which is waited for up to OLD_WORKER_MS. `note` hears of what takes its time.
   * @throws PORT_TAKEN, IMAGE_NOT_FOUND, PROXY_UNREACHABLE
   */
  ensureRunning(note?: (words: string) => void): Promise<void>;
  /**
   * Makes the service known under its hosts; reloads HAProxy, losing nothing, only when that changes its structure. Servers are kept.
   * Its port is this proxy's own unless one is named, as when an earlier declaration is brought back. A hold ends with it, and so does steering; what a person said stays.
   * @throws INPUT_INVALID when another project answers to one of the hosts; PORT_TAKEN
   */
  declare(backend: Declared): Promise<void>;
  /** Changes the servers of a declared backend, on disk and then live. */
  updateServers(backend: string, change: (servers: readonly Server[]) => readonly Server[]): Promise<void>;
  /** Changes the servers of a declared backend on disk alone. HAProxy hears of it by `admit`, by the backend's next change, or when it starts. */
  announce(backend: string, change: (servers: readonly Server[]) => readonly Server[]): Promise<void>;
  /** Tells HAProxy of a declared server that it does not know, which has no traffic and is checked from now on. A HAProxy that does not answer is started. */
  admit(backend: string, server: string): Promise<void>;
  /** Has a server that HAProxy knows, and no check has reached yet, checked at once, by telling HAProxy of it anew. One that has traffic stays as it is. */
  admitAnew(backend: string, server: string): Promise<void>;
  /**
   * Lets new requests wait in HAProxy for at most `forMs`, or, without it, lets go of those that wait. Only a backend that was declared with bounds for it can hold.
   * @returns how many were there when it changed, under way or waiting
   */
  hold(backend: string, forMs?: number): Promise<number>;
  /** Gives the backend's `:next` a share of its requests, from the next request on; without one it gets none, and clients forget where they were. */
  steer(backend: string, steering?: Steering): Promise<void>;
  /** Closes the service for maintenance, or pauses it, from the next request on, or takes that back; nothing is reloaded. @returns requests that were under way or waited */
  sayByHand(backend: string, change: (before: ByHand) => ByHand): Promise<number>;
  /** Follows how long answers of both sides take, as the access log has it, from now on. @throws PROXY_UNREACHABLE when there is none */
  answerTimes(backend: string): Promise<AnswerTimes>;
  /** What both sides of a backend with a `:next` counted; undefined when HAProxy does not know both. */
  sides(backend: string): Promise<Sides | undefined>;
  /** Tells HAProxy that a server's container has ended, before its checks find out. They go on, and bring the server back when it answers: nothing is written. */
  lose(backend: string, server: string): Promise<void>;
  /**
   * Ends at most so many of a server's connections that last as long as their client wants, which are WebSockets and other tunnels and event streams; requests
   * that end by themselves go on. In every worker.
   */
  endLasting(backend: string, server: string, most: number): Promise<Ended>;
  /** What HAProxy says of the backend's servers now; undefined when it does not know the backend. */
  servers(backend: string): Promise<readonly ServerStatus[] | undefined>;
  /** What they should be. @throws STATE_NEEDS_PERSON when its file cannot be read */
  declared(backend: string): Backend | undefined;
  /** What of HAProxy as a whole is not as its files say, a sentence each: it does not run, has another configuration, or its container is out of date. Servers are not looked at. */
  drift(): Promise<readonly string[]>;
  /** What a person should know of it that is no fault of its own, a sentence each. */
  notices(): readonly string[];
  /** What of the proxy's state cannot be read and is left out of its configuration, a sentence each. */
  broken(): readonly string[];
  counters(backend: string): Promise<Counters | undefined>;
  /** What still keeps a server from leaving. */
  load(backend: string, server: string): Promise<Load>;
  processes(): Promise<Processes>;
  readonly certificates: Certificates;
  /** Never throws: what cannot be had says why. */
  report(): Promise<ProxyReport>;
  /** Takes the service out of the proxy. */
  withdraw(backend: string): Promise<void>;
  /** Removes HAProxy's container: only when nothing is routed any more. */
  remove(): Promise<void>;
}

export interface Load {
  /** Requests under way or queued for it, in every worker. */
  readonly requests: number;
  /**
   * Workers of earlier configurations that still know the server. Nothing can be changed in them (HAProxy 2.6: "Proxy is disabled"), and a client that
   * holds a connection to one may send it its next request, which goes to the servers that it knew.
   */
  readonly oldWorkers: number;
}

/** A worker of an earlier configuration ends with its last client: an idle one leaves after the keep-alive timeout of 60 s. With a margin. */
export const OLD_WORKER_MS = 75_000;

/** What HAProxy does not answer, or refuses, is tried again: a rollout need not be taken back for one lost answer. */
const TRIES = 3;
const AGAIN_MS = 200;

/** A wait that people would ask about is told. */
const TELL_AFTER_MS = 3000;

export interface ProxyOptions {
  readonly engine: Engine;
  readonly state: StateFolder;
  readonly httpPort: number;
  readonly image?: string;
  readonly clock?: Clock;
  /** As HAProxy itself sees its folders, where that is not its own container. */
  readonly inside?: InnerFolders;
}

/** A unix socket's path has room for 107 bytes (unix(7), sun_path). */
const assertSocketPath = (path: string): void => {
  if (Buffer.byteLength(path) > 107)
    throw new SeaworthyError("USAGE", `the socket path ${path} is longer than the 107 bytes the kernel takes`, {
      hint: "Choose a shorter SEAWORTHY_STATE.",
    });
};

export const createProxy = ({ engine, state, httpPort, image, clock = systemClock, inside }: ProxyOptions): Proxy => {
  const folder = join(state.folder, "proxy");
  // Not in the run folder, which is empty after a reboot: the engine brings HAProxy back before any of us is there to make it.
  const socketFolder = join(folder, "sockets");
  assertSocketPath(join(socketFolder, MASTER_SOCKET));
  const store = openProxyStore(folder, httpPort, inside);
  const inner = inside ?? INSIDE;
  const certificateList = `${inner.configFolder}/${CERTIFICATE_LIST}`;
  const admin = createRuntime(join(socketFolder, ADMIN_SOCKET));
  const master = createRuntime(join(socketFolder, MASTER_SOCKET));
  const workers = createWorkers(socketFolder, master);
  const haproxy = createLifecycle({ engine, state, store, socketFolder, admin, master, image, inside, clock });

  const locked = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    using _held = await lock(join(folder, "lock.sqlite"), { who: "seaworthy", what }, { waitMs: 60_000, clock });
    return await work();
  };

  /** HAProxy is asked what it has before it is told anything, so doing it again after an answer that never came does what is still to be done. */
  const persistently = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries += 1)
      try {
        return await work();
      } catch (error) {
        if (tries === TRIES || !hasCode(error, "PROXY_UNREACHABLE")) throw error;
        await clock.sleep(AGAIN_MS);
      }
  };

  const makeSo = async (wanted: Backend): Promise<void> => {
    const all = store.backends();
    for (const one of [wanted, store.backend(nextOf(wanted.name))])
      if (one !== undefined) await reconcileServers(admin, one.name, one.servers, clock, maxConnections(one.name, all));
    await setLive(admin, inner.configFolder, wanted, all);
    // One that is on its way out may know no such value; it has few requests left to send.
    await workers.askEarlier((runtime) => setLive(oneByOne(runtime), inner.configFolder, wanted, all)).catch(() => undefined);
  };

  /** What it is to listen on and does not yet is nobody else's. Before anything is rendered. */
  const assertPorts = async (): Promise<void> => {
    const listening = store.listening();
    for (const port of store.ports()) if (!listening.includes(port)) await assertPortFree(port);
  };

  /** The certificates as they are on disk become those that are served. */
  const serve = async (): Promise<void> => {
    const served = store.served();
    if (served.length > 0) await persistently(() => reconcileCertificates(admin, certificateList, served));
  };

  const certificates = createCertificates({
    store: store.certificates,
    clock,
    locked,
    hostsOf: (project) => store.backends().flatMap(({ name, hosts }) => (projectOf(name) === project ? hosts : [])),
    apply: async () => {
      if (!(await haproxy.runs())) return store.render();
      await assertPorts();
      store.render();
      if ((await haproxy.loaded()) !== store.structure()) await haproxy.reload();
      await serve();
    },
    serve: async () => {
      if (await haproxy.runs()) await serve();
    },
  });

  /** What HAProxy has loaded, as it says itself: a HAProxy that answers at its socket stands. The engine is asked only when it does not. */
  const standing = async (): Promise<string | undefined> => {
    try {
      return await haproxy.loaded();
    } catch (error) {
      if (!hasCode(error, "PROXY_UNREACHABLE")) throw error;
      await haproxy.start();
      return persistently(() => haproxy.loaded());
    }
  };

  /**
   * Writes, reloads when HAProxy has another structure loaded than the one written, and reconciles the one backend. What is loaded HAProxy says itself,
   * so it does not matter who died between the writing and the reload; nobody else reloads it under the lock.
   */
  const change = async (name: string, loaded: string | undefined, mutate: () => void): Promise<void> => {
    const before = store.backend(name);
    const orBack = async (work: () => Promise<void>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        // It goes on with what it had, and that is what a restart must find.
        if (before === undefined) store.remove(name);
        else store.put(before);
        store.render();
        throw error;
      }
    };
    mutate();
    const { structure, write } = store.draw();
    // What is loaded listens on its ports already.
    if (loaded !== structure) await orBack(assertPorts);
    write();
    if (loaded !== structure) await orBack(() => haproxy.reload());
    const wanted = store.backend(name);
    if (wanted !== undefined) await persistently(() => makeSo(wanted));
  };

  const load = async (name: string, server: string): Promise<Load> => {
    const now = await readServers(admin, name);
    const old = (await workers.askEarlier((runtime) => readServers(runtime, name))).filter((servers) =>
      servers?.some((one) => one.name === server),
    );
    const requests = [now, ...old]
      .flatMap((servers) => servers ?? [])
      .reduce((sum, one) => (one.name === server ? sum + one.current + one.queued : sum), 0);
    return { requests, oldWorkers: old.length };
  };

  const endEverywhere = async (name: string, server: string, most: number): Promise<Ended> => {
    let sum = await endLasting(admin, name, server, most);
    await workers.askEarlier(async (runtime) => {
      const { there, ended, streams } = await endLasting(oneByOne(runtime), name, server, most - sum.ended);
      sum = { there: sum.there + there, ended: sum.ended + ended, streams: sum.streams + streams };
    });
    return sum;
  };

  /** What serves and is on no disk, because its file was lost, is taken over rather than cut. */
  const adopted = async (name: string): Promise<readonly Server[]> =>
    ((await readServers(admin, name)) ?? []).flatMap(({ name: server, address, weight, status }) => {
      const [, ip, port] = /^([\d.]+):(\d+)$/.exec(address) ?? [];
      if (ip === undefined || !isServerName(server) || status.startsWith("MAINT")) return [];
      return [{ name: server, address: ip, port: Number(port), weight: parseWeight(weight) }];
    });

  const settleOrReplace = async (note: (words: string) => void): Promise<void> => {
    await haproxy.start();
    const why = await haproxy.outdated();
    if (why === undefined) return;
    if (await haproxy.drains()) {
      return note(`HAProxy is not replaced yet, because the one before it still has connections: ${why}`);
    }
    await haproxy.replace();
    note(`another HAProxy has taken over: ${why}`);
  };

  /** Not under the lock: others need not wait for somebody's long connection. */
  const ensureRunning = async (note: (words: string) => void = () => undefined): Promise<void> => {
    await locked("start the proxy", () => settleOrReplace(note));
    const begun = clock.elapsed();
    let told = false;
    while (await locked("see the old proxy off", () => haproxy.drains())) {
      const waitedMs = clock.elapsed() - begun;
      if (waitedMs > OLD_WORKER_MS)
        return note(
          "the old HAProxy still has connections; it ends with them, after ten minutes at the latest, and the next command removes it",
        );
      if (!told && waitedMs > TELL_AFTER_MS) note("the old HAProxy waits for its last clients; idle ones leave within a minute");
      told = told || waitedMs > TELL_AFTER_MS;
      await clock.sleep(250);
    }
  };

  const assertUnclaimed = ({ name, hosts }: Pick<Backend, "name" | "hosts">): void => {
    for (const other of store.backends()) {
      const host = projectOf(other.name) === projectOf(name) ? undefined : other.hosts.find((one) => hosts.includes(one));
      if (host !== undefined)
        throw new SeaworthyError(
          "INPUT_INVALID",
          `${name} cannot answer to ${host === "*" ? "every host name (*)" : host}: ${other.name} does`,
          { hint: "Name other hosts in the service's x-seaworthy.route.hosts, or take the other service down first." },
        );
    }
  };

  /** One that is not there yet begins on the ports that it is to have: those of nobody's may be somebody else's. */
  const startWith = async (first: Backend, before: Backend | undefined): Promise<void> => {
    store.put(first);
    try {
      await haproxy.start();
    } catch (error) {
      if (before === undefined) store.remove(first.name);
      else store.put(before);
      store.render();
      throw error;
    }
  };

  const declare = async (backend: Declared): Promise<void> => {
    const port = backend.httpPort ?? httpPort;
    assertUnclaimed(backend);
    const before = store.backend(backend.name);
    if (!(await haproxy.runs())) await startWith({ ...backend, httpPort: port, servers: before?.servers ?? [] }, before);
    await haproxy.start();
    const servers =
      before === undefined ? await persistently(() => adopted(backend.name)) : behindCheck(before.servers, before.check, backend.check);
    const said = before?.byHand === undefined ? {} : { byHand: before.byHand };
    const loaded = await persistently(() => haproxy.loaded());
    await change(backend.name, loaded, () => store.put({ ...backend, ...said, httpPort: port, servers }));
    await serve();
  };

  const updateServers: Proxy["updateServers"] = async (name, update) => {
    const current = store.backend(name);
    if (current === undefined) throw new SeaworthyError("STATE_NEEDS_PERSON", `the proxy has no backend ${name}`);
    await change(name, await standing(), () => store.put({ ...current, servers: update(current.servers) }));
  };

  const announce = async (name: string, update: (servers: readonly Server[]) => readonly Server[]): Promise<void> => {
    const current = store.backend(name);
    if (current === undefined) throw new SeaworthyError("STATE_NEEDS_PERSON", `the proxy has no backend ${name}`);
    store.put({ ...current, servers: update(current.servers) });
    store.render();
  };

  const withoutTraffic = (name: string, server: string): Server | undefined =>
    store.backend(name)?.servers.find((one) => one.name === server && one.weight === NO_TRAFFIC);

  const admit = async (name: string, server: string): Promise<void> => {
    try {
      await haproxy.loaded();
    } catch (error) {
      if (!hasCode(error, "PROXY_UNREACHABLE")) throw error;
      // One that starts reads of the server in its configuration.
      await locked("start HAProxy", standing);
      return;
    }
    const declared = withoutTraffic(name, server);
    if (declared !== undefined) await addServer(admin, name, declared, maxConnections(name, store.backends()));
  };

  const admitAnew = async (name: string, server: string): Promise<void> => {
    if (withoutTraffic(name, server) !== undefined && (await deleteServer(admin, name, server))) await admit(name, server);
  };

  const hold = async (name: string, forMs = 0): Promise<number> => {
    const current = store.backend(name);
    if (current?.hold === undefined)
      throw new SeaworthyError("STATE_NEEDS_PERSON", `the proxy has no backend ${name} whose requests can wait`);
    const loaded = await standing();
    const waiting = await persistently(() => readConnections(admin, name));
    const { heldUntil: _, ...free } = current;
    await change(name, loaded, () => store.put(forMs === 0 ? free : { ...free, heldUntil: Math.ceil((clock.now() + forMs) / 1000) }));
    return waiting;
  };

  const sayByHand: Proxy["sayByHand"] = async (name, update) => {
    const current = store.backend(name);
    if (current === undefined) throw new SeaworthyError("STATE_NEEDS_PERSON", `the proxy has no backend ${name}`);
    const loaded = await standing();
    const under = await readConnections(admin, name);
    const { byHand = {}, ...free } = current;
    const said = update(byHand);
    await change(name, loaded, () => store.put(said.closed === undefined && said.paused === undefined ? free : { ...free, byHand: said }));
    return under;
  };

  const steer: Proxy["steer"] = async (name, steering) => {
    const current = store.backend(name);
    if (current === undefined) throw new SeaworthyError("STATE_NEEDS_PERSON", `the proxy has no backend ${name}`);
    if (steering !== undefined && store.backend(nextOf(name)) === undefined)
      throw new SeaworthyError("STATE_NEEDS_PERSON", `the proxy has no place for the next release of ${name}`);
    const { steering: _, ...free } = current;
    await change(name, await standing(), () => store.put(steering === undefined ? free : { ...free, steering }));
  };

  const drift = async (): Promise<readonly string[]> => {
    const edited = store.isRendered() ? [] : ["the configuration files of HAProxy are not what this version of Seaworthy writes"];
    if (!(await haproxy.runs())) return ["HAProxy does not run", ...edited];
    const outdated = [(await haproxy.outdated()) ?? []].flat();
    try {
      const current = (await haproxy.loaded()) === store.structure();
      const others = await differingCertificates(admin, certificateList, store.served());
      return [
        ...(current ? [] : ["HAProxy has another configuration loaded than the one that is meant"]),
        ...(others.length === 0 ? [] : [`HAProxy serves other certificates than the ones that are meant: ${others.join(", ")}`]),
        ...edited,
        ...outdated,
      ];
    } catch (error) {
      return [wordsOf(error), ...edited, ...outdated];
    }
  };

  const withdraw = async (name: string): Promise<void> => {
    const last = store.backends().every((one) => one.name === name);
    if (last && (await haproxy.runs()) && !store.listening().includes(httpPort)) {
      // With nothing to serve it would go to its own port, which another has: it leaves instead, once its last client has.
      store.remove(name);
      await engine.containers.stop(PROXY_CONTAINER, OLD_WORKER_MS / 1000);
      return haproxy.remove();
    }
    if (await haproxy.runs()) return change(name, await persistently(() => haproxy.loaded()), () => store.remove(name));
    store.remove(name);
    store.render();
  };

  return {
    ensureRunning,
    declare: (backend) => locked(`declare ${backend.name}`, () => declare(backend)),
    updateServers: (name, update) => locked(`change the servers of ${name}`, () => updateServers(name, update)),
    announce: (name, update) => locked(`announce a server of ${name}`, () => announce(name, update)),
    admit,
    admitAnew,
    hold: (name, forMs) => locked(`hold the requests of ${name}`, () => hold(name, forMs)),
    steer: (name, steering) => locked(`steer requests of ${name}`, () => steer(name, steering)),
    sayByHand: (name, update) => locked(`do what was said about ${name}`, () => sayByHand(name, update)),
    answerTimes: (name) => followAnswerTimes(join(socketFolder, ADMIN_SOCKET), name),
    sides: (name) => readSides(admin, name),
    endLasting: endEverywhere,
    lose: (name, server) => takeForDown(admin, name, server),
    servers: (name) => readServers(admin, name),
    declared: (name) => store.backend(name),
    drift,
    notices: () => (hasIpv6() ? [] : ["the proxy listens on IPv4 only, as this machine has no IPv6"]),
    broken: () => store.broken(),
    counters: (name) => readCounters(admin, name, store.backend(nextOf(name))?.name),
    load,
    processes: () => workers.all(),
    certificates,
    report: () => readReport(store.configFolder, admin, master),
    withdraw: (name) => locked(`withdraw ${name}`, () => withdraw(name)),
    remove: () => locked("remove the proxy", () => haproxy.remove()),
  };
};
