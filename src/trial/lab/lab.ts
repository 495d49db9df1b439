import { randomBytes } from "node:crypto";
import type { Digest } from "../../core/index.ts";
import type { ContainerConfig, Engine, Inside, Labels } from "../../engine/index.ts";
import type { ContainerSpec } from "../../project/index.ts";
import type { Subject } from "../subject.ts";
import { labConfig } from "./container.ts";
import { type Counters, openCounters } from "./counters.ts";
import { disguised, dummySecret, madeUpIn } from "./disguise.ts";
import { putFiles } from "./files.ts";
import { type Probe, probeImage, startProbe } from "./probe.ts";
import { dialDirectly, execIn, logsOf, type Running, stateOf } from "./running.ts";
import { ownLabels, sweepRun } from "./sweep.ts";

/** How a container differs from what production would run. */
export interface Variant {
  /** Part of the container's name: `read-only`. */
  readonly name: string;
  readonly change?: (config: ContainerConfig) => ContainerConfig;
  /** The same, where something has to be made first. */
  readonly prepare?: (config: ContainerConfig) => Promise<ContainerConfig>;
  /** Another service's container; default the subject's. */
  readonly of?: { readonly name: string; readonly spec: ContainerSpec; readonly image: Digest };
  /** Names under which others in the lab find it. */
  readonly aliases?: readonly string[];
  /** Volumes of a variant with the same word are the same; default: each variant has its own. */
  readonly volumes?: string;
}

/** A harmless place of its own: an internal network, made-up secrets, empty volumes, limits. All of it goes when it is closed. */
export interface Lab {
  readonly run: string;
  readonly subject: Subject;
  readonly engine: Engine;
  readonly inside: Inside;
  readonly network: string;
  readonly labels: Labels;
  readonly signal: AbortSignal;
  /** Credentials that were made up for the subject, in its environment and its secret files. */
  readonly secrets: readonly string[];
  /** How many experiments run beside each other: what takes time is given so many times as long. */
  readonly atOnce: number;
  readonly start: (variant: Variant) => Promise<Running>;
  /** The kernel's counters, opened once; undefined where the engine does not let them be read. */
  readonly counters: () => Promise<Counters | undefined>;
  /** The subject's image with something in the program's place that does nothing. */
  readonly startIdle: (variant: Variant) => Promise<Running>;
}

export interface LabOptions {
  readonly engine: Engine;
  readonly inside: Inside;
  readonly signal: AbortSignal;
  readonly atOnce: number;
}

/** Where the lab's own programs are, in a container that runs none of its own. */
const TOOLS = "/.seaworthy";

export const openLab = async (subject: Subject, { engine, inside, signal, atOnce }: LabOptions): Promise<Lab & AsyncDisposable> => {
  const run = randomBytes(4).toString("hex");
  const labels = ownLabels(run);
  const image = await probeImage(engine);
  const network = `seaworthy-trial-${run}`;
  const services = [{ name: subject.service, spec: subject.spec }, ...subject.dependencies];
  const environments = disguised(
    services.map(({ spec }) => spec.environment),
    run,
  );
  const specOf = (service: string, spec: ContainerSpec): ContainerSpec => ({
    ...spec,
    environment: environments[services.findIndex(({ name }) => name === service)] ?? {},
  });
  let count = 0;

  const create = async ({ name, change = (config) => config, prepare, of, aliases = [], volumes }: Variant): Promise<string> => {
    signal.throwIfAborted();
    count += 1;
    const container = `seaworthy-trial-${run}-${count}-${name}`;
    const spec = specOf(of?.name ?? subject.service, of?.spec ?? subject.spec);
    const prefix = `seaworthy-trial-${run}-${volumes ?? count}-${of?.name ?? subject.service}`;
    const wanted = new Set<string>();
    const config = labConfig(spec, of?.image ?? subject.image.id, {
      labels,
      network,
      folder: subject.folder,
      aliases,
      volumeOf: (key) => {
        const volume = `${prefix}-${key.replaceAll(/[^a-zA-Z0-9]+/g, "_")}`;
        wanted.add(volume);
        return volume;
      },
    });
    for (const volume of wanted) await engine.volumes.create(volume, { labels });
    const changed = change(config);
    await engine.containers.create(container, prepare === undefined ? changed : await prepare(changed), subject.spec.platform);
    await putFiles(inside, container, spec, { run, configs: subject.configs });
    return container;
  };

  const begin = async (name: string, createMs: number): Promise<Running> => {
    const startedAt = performance.now();
    await engine.containers.start(name);
    const startMs = Math.round(performance.now() - startedAt);
    let probe: Promise<Probe> | undefined;
    const lookIn = (): Promise<Probe> => (probe ??= startProbe({ engine, inside, image }, { name: `${name}-probe`, beside: name, labels }));
    let address: Promise<string> | undefined;
    return {
      name,
      startedAt,
      createMs,
      startMs,
      dial: async (port) => {
        address ??= stateOf(engine, name).then((state) => state.addresses[network] ?? "");
        const direct = await address;
        if (direct === "" || process.platform !== "linux") return (await lookIn()).dial(port);
        return dialDirectly(direct, port);
      },
      exec: (command, options) => execIn(inside, name, command, options),
      probe: lookIn,
      // What waits for anything asks for this again and again: that is where an interrupt is heard.
      state: () => {
        signal.throwIfAborted();
        return stateOf(engine, name);
      },
      logs: (tail) => logsOf(engine, name, tail),
      stop: async (graceSeconds) => {
        const asked = performance.now();
        const exitCode = await engine.containers.stop(name, graceSeconds);
        return { exitCode, seconds: (performance.now() - asked) / 1000 };
      },
      // Its address may be another one by then, and a probe ended with it.
      startAgain: async () => {
        await engine.containers.remove(`${name}-probe`);
        return begin(name, 0);
      },
      remove: async () => {
        await engine.containers.remove(`${name}-probe`);
        await engine.containers.remove(name);
      },
    };
  };

  const start = async (variant: Variant): Promise<Running> => {
    const begun = performance.now();
    const name = await create(variant);
    return begin(name, Math.round(performance.now() - begun));
  };

  /** The engine fills an empty volume with what the image has in its place: so busybox comes into any container. */
  let tools: Promise<string> | undefined;
  const toolsVolume = async (): Promise<string> => {
    const volume = `seaworthy-trial-${run}-tools`;
    await engine.volumes.create(volume, { labels });
    await engine.containers.create(volume, {
      Image: image,
      Entrypoint: ["/bin/busybox"],
      Cmd: ["true"],
      Labels: labels,
      HostConfig: { NetworkMode: "none", Mounts: [{ Type: "volume", Source: volume, Target: "/bin" }] },
    });
    return volume;
  };
  const startIdle = async (variant: Variant): Promise<Running> => {
    const volume = await (tools ??= toolsVolume());
    return start({
      ...variant,
      change: (config) => ({
        ...config,
        Entrypoint: [`${TOOLS}/busybox`],
        Cmd: ["sleep", "3600"],
        Healthcheck: { Test: ["NONE"] },
        HostConfig: {
          ...config.HostConfig,
          Mounts: [...(config.HostConfig.Mounts ?? []), { Type: "volume", Source: volume, Target: TOOLS, ReadOnly: true }],
        },
      }),
    });
  };

  let counters: Promise<Counters | undefined> | undefined;

  await engine.networks.create(network, { driver: "bridge", internal: true, labels });
  return {
    run,
    subject,
    engine,
    inside,
    network,
    labels,
    signal,
    secrets: [
      ...madeUpIn(subject.spec.environment, run),
      // Lines that nothing else has: not the braces and addresses that stand for JSON and URLs.
      ...subject.spec.secrets.flatMap(({ source }) =>
        dummySecret(source, run)
          .split("\n")
          .filter((line) => /^[\w+/=]{32,}$/.test(line)),
      ),
    ],
    atOnce,
    start,
    startIdle,
    counters: () => (counters ??= openCounters({ engine, inside, labels, run })),
    [Symbol.asyncDispose]: async () => {
      await sweepRun(engine, run);
    },
  };
};
