import { type Clock, hasCode, type StateFolder, wordsOf } from "../../core/index.ts";
import type { Engine, EngineEvent } from "../../engine/index.ts";
import type { Proxy } from "../../proxy/index.ts";
import { perform, type World } from "../actions/index.ts";
import { differencesOf } from "../drift/differences.ts";
import { observe } from "../drift/observe.ts";
import { serviceSlots } from "../file-slots.ts";
import type { Journal } from "../journal.ts";
import { LABELS, liveContainer } from "../live.ts";
import { backendName } from "../manifest.ts";
import { restoreFiles } from "../restore.ts";
import { serverName } from "../rollout/drafting.ts";
import { liveRelease, unfinishedRollout } from "../rollout-state.ts";
import { isMeantToRun } from "../stand-again.ts";
import { createCrashes } from "./crashes.ts";

/** What a watcher noticed, and what it did about it. */
export interface Notice {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly project?: string;
  readonly service?: string;
  readonly container?: string;
  readonly words: string;
}

interface Parts {
  readonly engine: Engine;
  readonly proxy: Proxy;
  readonly state: StateFolder;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly world: (project: string) => World;
  /** @throws STATE_NEEDS_PERSON when the engine is another state folder's */
  readonly governed: () => Promise<void>;
  /** Runs the work under the service's lease; false when somebody else has it, and then nothing was done. */
  readonly alone: (project: string, service: string, work: () => Promise<void>) => Promise<boolean>;
  readonly say: (notice: Notice) => void;
}

/** A container of ours, as its event names it. */
interface Subject {
  readonly project: string;
  readonly service: string;
  readonly container: string;
  readonly server: string;
}

const subjectOf = ({ attributes }: EngineEvent): Subject | undefined => {
  const { [LABELS.project]: project, [LABELS.service]: service, [LABELS.release]: release, [LABELS.replica]: replica, name } = attributes;
  if (project === undefined || service === undefined || release === undefined || replica === undefined || name === undefined)
    return undefined;
  if (attributes[LABELS.role] !== undefined) return undefined;
  return { project, service, container: name, server: serverName({ release: Number(release), replica: Number(replica) }) };
};

/** Signals that end a process: a container that gets one will not take requests for long. */
const ENDING: ReadonlySet<string | undefined> = new Set(["2", "3", "9", "15", "SIGINT", "SIGQUIT", "SIGKILL", "SIGTERM"]);

const AGAIN_MS = 1000;

/**
 * Follows the engine's events and keeps the proxy true between rollouts, until the signal. A server whose container ended leaves at once instead of after
 * three failed checks, and HAProxy's own check brings it back: nothing that this does outlives it, but for servers whose containers are gone for good and
 * addresses that are put right. Where a rollout has the lease, or waits unfinished, it does nothing.
 */
export const watch = async (parts: Parts, signal: AbortSignal): Promise<void> => {
  const { engine, proxy, state, journal, clock } = parts;
  const crashes = createCrashes(clock);
  const say = (words: string, about: Partial<Subject> = {}): void => {
    const { project, service, container } = about;
    parts.say({
      at: clock.now(),
      words,
      ...(project === undefined ? {} : { project }),
      ...(service === undefined ? {} : { service }),
      ...(container === undefined ? {} : { container }),
    });
  };

  const isServer = ({ project, service, server }: Subject): boolean =>
    proxy.declared(backendName(project, service))?.servers.some(({ name }) => name === server) === true;

  const settled = (project: string): boolean => unfinishedRollout(journal, project) === undefined;

  const alone = (subject: Subject, work: () => Promise<void>): Promise<boolean> =>
    settled(subject.project) ? parts.alone(subject.project, subject.service, work) : Promise.resolve(false);

  /** A rollout stops and removes containers as well, and what it did is heard of a moment later. */
  const isRetired = ({ project, container }: Subject): boolean =>
    journal
      .newest(project)
      ?.plan.steps.some(
        ({ action }) => (action.do === "stop-container" || action.do === "remove-container") && action.name === container,
      ) === true;

  const lose = async (subject: Subject, why: string): Promise<void> => {
    if (!settled(subject.project) || isRetired(subject)) return;
    if (!isServer(subject)) return say(why, subject);
    const done = await alone(subject, () => proxy.lose(backendName(subject.project, subject.service), subject.server));
    if (done) say(`${why}; the proxy sends it nothing until its check passes again`, subject);
  };

  const forget = async (subject: Subject): Promise<void> => {
    if (!isServer(subject)) return;
    const done = await alone(subject, () =>
      proxy.updateServers(backendName(subject.project, subject.service), (servers) =>
        servers.filter(({ name }) => name !== subject.server),
      ),
    );
    if (done) say("removed by somebody, and taken out of the proxy; seaworthy reconcile makes another one", subject);
  };

  /** Networks and addresses of one project's containers, as the live release has them. */
  const connect = async (project: string): Promise<void> => {
    const live = liveRelease(journal, project);
    if (live === undefined || !settled(project)) return;
    const { manifest } = live.entry;
    const services = manifest.services.map(({ name }) => name);
    for (const { service = "", words, remedy } of differencesOf(await observe({ engine, proxy, state, project, manifest, services }))) {
      if (remedy.by !== "connect") continue;
      const { container, to } = remedy;
      const subject: Subject = { project, service, container: container.name, server: serverName(container) };
      try {
        const done = await alone(subject, async () => {
          await perform({ do: "connect-network", name: container.name, ...to }, parts.world(project));
        });
        if (done) say(`${words}; connected again`, subject);
      } catch (error) {
        say(`${words}, and cannot be connected: ${wordsOf(error)}`, subject);
      }
    }
  };

  const removeStrays = async (project: string): Promise<void> => {
    const live = liveRelease(journal, project);
    if (live === undefined || !settled(project)) return;
    const { manifest } = live.entry;
    const seen = await observe({ engine, proxy, state, project, manifest, services: manifest.services.map(({ name }) => name) });
    for (const { service = "", remedy } of differencesOf(seen))
      if (remedy.by === "unlist") await forget({ project, service, container: remedy.server, server: remedy.server });
  };

  const onContainer = async (event: EngineEvent, subject: Subject): Promise<void> => {
    const { action, attributes } = event;
    switch (action) {
      case "kill":
        if (ENDING.has(attributes["signal"])) await lose(subject, `told to end (signal ${attributes["signal"] ?? "unknown"})`);
        return;
      case "oom":
        return say("out of memory: the engine killed a process of it", subject);
      case "die": {
        const status = attributes["exitCode"] ?? "unknown";
        await lose(subject, `ended with status ${status}`);
        const loop = crashes.note(subject.container);
        if (loop !== undefined) say(`keeps ending: ${loop.times} times within ${loop.seconds} s, last with status ${status}`, subject);
        return;
      }
      case "start":
        say("started", subject);
        return connect(subject.project);
      case "destroy":
        crashes.forget(subject.container);
        return forget(subject);
      case "health_status: unhealthy":
        return say("its health check says unhealthy", subject);
      default:
    }
  };

  const onNetwork = async ({ action, attributes }: EngineEvent): Promise<void> => {
    if (action !== "disconnect" && action !== "connect") return;
    const state = await engine.containers.inspect(attributes["container"] ?? "");
    const project = state?.labels[LABELS.project];
    // A container that ends leaves its networks as well.
    if (project !== undefined && state?.state === "running") await connect(project);
  };

  const handle = async (event: EngineEvent): Promise<void> => {
    const subject = event.type === "container" ? subjectOf(event) : undefined;
    try {
      if (subject !== undefined) await onContainer(event, subject);
      else if (event.type === "network") await onNetwork(event);
    } catch (error) {
      if (hasCode(error, "ENGINE_UNREACHABLE")) throw error;
      say(`could not be followed (${event.action}): ${wordsOf(error)}`, subject);
    }
  };

  /** What happened while nobody looked. */
  const catchUp = async (): Promise<void> => {
    for (const project of journal.projects()) {
      await connect(project);
      await removeStrays(project);
    }
  };

  /** What a reboot took from memory comes back; containers that could not start without it start. */
  const restore = async (): Promise<ReadonlySet<string>> => {
    const { restored, lacking } = await restoreFiles(state, journal);
    for (const { project, kind, key } of lacking)
      say(`the ${kind} ${key} is not in memory and not sealed here; deploy again where its source is`, { project });
    if (restored.length > 0) say(`${restored.length} secrets and configs are back in memory`);
    return new Set(restored.map(({ project }) => project));
  };

  const startFallen = async (project: string): Promise<void> => {
    const live = liveRelease(journal, project);
    if (live === undefined || !settled(project)) return;
    const users = new Set(live.entry.manifest.services.filter((one) => serviceSlots(project, one).length > 0).map(({ name }) => name));
    for (const { name, service, state: now, release, replica } of (await engine.containers.list({ [LABELS.project]: project })).map(
      liveContainer,
    )) {
      if (now !== "exited" || !users.has(service) || !(await isMeantToRun(engine, name))) continue;
      const subject: Subject = { project, service, container: name, server: serverName({ release, replica }) };
      if (await alone(subject, () => engine.containers.start(name))) say("could not start without its files, and is started now", subject);
    }
  };

  const follow = async (begun: () => void): Promise<void> => {
    const events = engine.system.events({ signal })[Symbol.asyncIterator]();
    // Asked for before looking around, so that nothing falls between the two.
    let next = events.next();
    next.catch(() => undefined);
    const projects = await restore();
    await parts.governed();
    begun();
    say("watching");
    for (const project of projects) await startFallen(project);
    await catchUp();
    for (let event = await next; event.done !== true; event = await next) {
      await handle(event.value);
      next = events.next();
    }
  };

  let silent = false;
  while (!signal.aborted)
    try {
      await follow(() => {
        silent = false;
      });
      await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
    } catch (error) {
      if (signal.aborted) return;
      if (hasCode(error, "STATE_NEEDS_PERSON")) throw error;
      if (!silent) say(`the engine's events cannot be followed: ${wordsOf(error)}`);
      silent = true;
      await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
    }
};
