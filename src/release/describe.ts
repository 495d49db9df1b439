import type { StateFolder } from "../core/index.ts";
import { composeLabels, type ContainerSpec, type FileMount, toContainerConfig } from "../project/index.ts";
import { alone } from "./alone.ts";
import { filePath } from "./files.ts";
import { INGRESS, ingressName, LABELS, type Live } from "./live.ts";
import { labelled, type ReleaseManifest, type ReleaseService } from "./manifest.ts";
import type { Describe, Replica } from "./rollout/change.ts";

const filesOf = (
  manifest: ReleaseManifest,
  service: ReleaseService,
  state: StateFolder,
  kind: "secret" | "config",
): ReadonlyMap<string, string> => {
  const mounts: readonly FileMount[] = kind === "secret" ? service.spec.secrets : service.spec.configs;
  const versions = kind === "secret" ? service.secretVersions : service.configVersions;
  return new Map(
    mounts.map(({ source, uid, gid, mode }) => [
      source,
      filePath(state, { project: manifest.project, kind, key: source, version: versions[source] ?? "", uid, gid, mode }),
    ]),
  );
};

/** Compose's container numbers, from 1: the lowest that no living container of the service has, so that old and new are told apart. */
const numberFor = (live: Live, service: string, replica: number): number => {
  const taken = new Set(live.containers.filter((container) => container.service === service).map((container) => container.replica));
  return taken.has(replica) ? replica + taken.size : replica;
};

/** A container of the service's own image, environment, secrets, volumes and networks. */
export const describeContainer = (
  manifest: ReleaseManifest,
  service: ReleaseService,
  state: StateFolder,
  how: { readonly spec: ContainerSpec; readonly aliases: readonly string[]; readonly labels: Readonly<Record<string, string>> },
): ReturnType<Describe> =>
  toContainerConfig(how.spec, {
    image: `${service.image.repository}@${service.image.digest}`,
    aliases: how.aliases,
    networks: new Map([...manifest.networks.map(({ key, name }) => [key, name] as const), [INGRESS, ingressName(manifest.project)]]),
    volumes: new Map(manifest.volumes.map(({ key, name }) => [key, name])),
    secretFiles: filesOf(manifest, service, state, "secret"),
    configFiles: filesOf(manifest, service, state, "config"),
    labels: how.labels,
  });

/** In the network that the proxy reaches it in first, so that this is its primary one. */
const placed = (manifest: ReleaseManifest, { service: { spec }, address, network }: Replica): ContainerSpec => {
  if (address === undefined) return spec;
  const key = manifest.networks.find(({ name }) => name === network)?.key;
  const own = spec.networks.find((one) => one.network === key);
  if (own === undefined) return { ...spec, networks: [{ network: INGRESS, aliases: [], address }, ...spec.networks] };
  return { ...spec, networks: [{ ...own, address }, ...spec.networks.filter((one) => one !== own)] };
};

/** Turns a replica into the engine's create call: by digest, on its fixed address, with the labels that Compose and a later actor read. */
export const describeReplica =
  (manifest: ReleaseManifest, state: StateFolder, live: Live): Describe =>
  (replica) => {
    const { service, release, number, sha, address, network, job } = replica;
    const { image, spec } = service;
    // Without the labels by which those that serve are found.
    if (job !== undefined)
      return describeContainer(manifest, service, state, {
        spec: alone(spec, job.command),
        aliases: [],
        labels: {
          ...composeLabels(labelled(manifest), service, 1, image.digest),
          "com.docker.compose.oneoff": "True",
          [LABELS.role]: "job",
          [LABELS.sha]: sha,
          [LABELS.state]: state.uuid,
        },
      });
    return describeContainer(manifest, service, state, {
      spec: placed(manifest, replica),
      aliases: [service.name],
      labels: {
        ...composeLabels(labelled(manifest), service, numberFor(live, service.name, number), image.digest),
        [LABELS.project]: manifest.project,
        [LABELS.service]: service.name,
        [LABELS.release]: String(release),
        [LABELS.replica]: String(number),
        [LABELS.sha]: sha,
        [LABELS.digest]: image.digest,
        [LABELS.state]: state.uuid,
        ...(address === undefined ? {} : { [LABELS.address]: address }),
        ...(network === undefined ? {} : { [LABELS.network]: network }),
      },
    });
  };
