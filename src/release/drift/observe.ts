import type { StateFolder } from "../../core/index.ts";
import type { Engine } from "../../engine/index.ts";
import type { Backend, Proxy, ServerStatus } from "../../proxy/index.ts";
import { serviceSlots } from "../file-slots.ts";
import { type FileSlot, missingFiles } from "../files.ts";
import { ingressName, LABELS, liveContainer, type LiveContainer } from "../live.ts";
import { backendName, completes, type ReleaseManifest, type ReleaseService } from "../manifest.ts";
import { serverName } from "../rollout/drafting.ts";

/** A container of ours, with what the engine and HAProxy say of it now. */
export interface SeenContainer extends LiveContainer {
  readonly health?: string;
  readonly restartCount: number;
  /** Since the engine started it last. Absent: it does not run. */
  readonly upSeconds?: number;
  /** Of one that has ended. */
  readonly exitCode?: number;
  /** Network name to its address there. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly server?: ServerStatus;
}

/** One service as it is, beside what the live release says of it. */
export interface SeenService {
  readonly name: string;
  /** Absent: the live release has no such service. */
  readonly wanted?: ReleaseService;
  /** It ends by itself, and others wait for that. */
  readonly job: boolean;
  readonly containers: readonly SeenContainer[];
  /** What HAProxy has loaded; undefined when it does not answer or does not know the service. */
  readonly servers?: readonly ServerStatus[];
  /** What HAProxy should have. */
  readonly declared?: Backend;
  /** Secrets and configs that its containers mount and that are not in memory any more. */
  readonly missingFiles: readonly FileSlot[];
  /** Networks of the file that its containers belong to. */
  readonly networks: readonly Attachment[];
  /** The network in which those of its containers have their address that name no other. Absent: they have none. */
  readonly ingress?: string;
}

export interface Attachment {
  readonly network: string;
  readonly aliases: readonly string[];
  /** One that is given; absent: whatever the engine gives. */
  readonly address?: string;
}

/** Everything of a project that can differ from its live release, read once. */
export interface Seen {
  readonly services: readonly SeenService[];
  /** What of HAProxy as a whole is not as it should be, a sentence each. */
  readonly proxy: readonly string[];
}

const attachments = (manifest: ReleaseManifest, { name, spec, route }: ReleaseService): Pick<SeenService, "networks" | "ingress"> => {
  if (spec.networkMode !== undefined) return { networks: [] };
  const nameOf = (key: string): string => manifest.networks.find((network) => network.key === key)?.name ?? key;
  const networks = spec.networks.map(({ network, aliases, address }) => ({
    network: nameOf(network),
    aliases: [...new Set([name, ...aliases])],
    ...(address === undefined ? {} : { address }),
  }));
  return { networks, ...(route === undefined ? {} : { ingress: ingressName(manifest.project) }) };
};

interface Sources {
  readonly engine: Engine;
  readonly proxy: Proxy;
  readonly state: StateFolder;
  readonly project: string;
  /** Of the live release. */
  readonly manifest: ReleaseManifest | undefined;
  /** Names of services that are told of even without a container. */
  readonly services: readonly string[];
  /** Milliseconds since the epoch. Default: the machine's own. */
  readonly now?: number;
}

const containerOf = async (
  engine: Engine,
  container: LiveContainer,
  servers: SeenService["servers"],
  now: number,
): Promise<SeenContainer> => {
  const state = await engine.containers.inspect(container.name);
  const server = servers?.find(({ name }) => name === serverName(container));
  return {
    ...container,
    restartCount: state?.restartCount ?? 0,
    addresses: state?.addresses ?? {},
    ...(state?.state !== "running" || state.startedAt === undefined ? {} : { upSeconds: Math.round((now - state.startedAt) / 1000) }),
    ...(state?.health === undefined ? {} : { health: state.health.status }),
    ...(state?.exitCode === undefined ? {} : { exitCode: state.exitCode }),
    ...(server === undefined ? {} : { server }),
  };
};

const declaredOf = (proxy: Proxy, backend: string): Backend | undefined => {
  try {
    return proxy.declared(backend);
  } catch {
    // A file that cannot be read is told of by `broken`.
    return undefined;
  }
};

export const observe = async ({ engine, proxy, state, project, manifest, services, now = Date.now() }: Sources): Promise<Seen> => {
  const containers = (await engine.containers.list({ [LABELS.project]: project }))
    .map(liveContainer)
    .toSorted((a, b) => a.name.localeCompare(b.name));
  const names = [...new Set([...services, ...containers.map(({ service }) => service)])].toSorted();
  const routed = manifest?.services.some(({ route }) => route !== undefined) ?? false;
  const seen = names.map(async (name): Promise<SeenService> => {
    const wanted = manifest?.services.find((service) => service.name === name);
    const backend = backendName(project, name);
    const servers = await proxy.servers(backend).catch(() => undefined);
    const declared = declaredOf(proxy, backend);
    const own = containers.filter(({ service }) => service === name);
    return {
      name,
      job: manifest !== undefined && completes(manifest, name),
      containers: await Promise.all(own.map((container) => containerOf(engine, container, servers, now))),
      missingFiles: wanted === undefined ? [] : missingFiles(state, serviceSlots(project, wanted)),
      ...(manifest === undefined || wanted === undefined ? { networks: [] } : attachments(manifest, wanted)),
      ...(wanted === undefined ? {} : { wanted }),
      ...(servers === undefined ? {} : { servers }),
      ...(declared === undefined ? {} : { declared }),
    };
  });
  return { services: await Promise.all(seen), proxy: routed ? await proxy.drift() : [] };
};
