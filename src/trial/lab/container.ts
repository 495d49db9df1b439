import { dirname } from "node:path/posix";
import type { Digest } from "../../core/index.ts";
import type { ContainerConfig, Labels } from "../../engine/index.ts";
import { type ContainerSpec, type FileMount, toContainerConfig } from "../../project/index.ts";
import { bindInLab } from "./binds.ts";

/** What a container in the lab may take at most when its service sets no limit. */
const MOST = { memoryBytes: 1024 ** 3, pids: 512 } as const;

export interface LabPlace {
  readonly labels: Labels;
  readonly network: string;
  /** The project's, absolute. */
  readonly folder: string;
  /** Names under which others in the lab find it. */
  readonly aliases: readonly string[];
  /** The lab's own volume for a volume's key, a bind's target or the folder of secrets and configs. */
  readonly volumeOf: (key: string) => string;
}

/** Folders that secrets and configs lie in: the engine fills a new volume there with what the image has, and takes files into it before the start. */
export const foldersOf = (files: readonly FileMount[]): readonly string[] => [...new Set(files.map(({ target }) => dirname(target)))];

/** Keeps a socket of the engine, and every folder of the host that could be written, out of the lab. */
const harmless = (spec: ContainerSpec, folder: string): ContainerSpec => ({
  ...spec,
  ports: [],
  expose: [...spec.expose, ...spec.ports.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`)],
  networks: [],
  mounts: spec.mounts.flatMap((mount): ContainerSpec["mounts"] => {
    if (mount.type === "tmpfs") return [mount];
    if (mount.type === "volume") return [{ ...mount, volume: mount.volume ?? mount.target }];
    const how = bindInLab(mount, folder);
    if (how === "left-out") return [];
    return how === "empty"
      ? [{ type: "volume", volume: mount.target, target: mount.target, readOnly: false }]
      : [{ ...mount, readOnly: true }];
  }),
  restart: { policy: "no" },
  privileged: false,
  devices: [],
  logging: { driver: "json-file", options: { "max-size": "5m", "max-file": "1" } },
  resources: {
    ...spec.resources,
    memoryBytes: spec.resources.memoryBytes ?? MOST.memoryBytes,
    pids: spec.resources.pids ?? MOST.pids,
  },
});

/** What a service loses in the lab, said in the report: it is not run exactly as in production. */
export const differencesOf = (spec: ContainerSpec, folder: string): readonly string[] => [
  ...(spec.privileged ? ["it ran without privileged"] : []),
  ...(spec.devices.length > 0 ? ["it ran without the host's devices"] : []),
  ...(["host", "service:"].some((mode) => spec.networkMode?.startsWith(mode) === true)
    ? [`it ran on a network of its own instead of ${spec.networkMode ?? ""}`]
    : []),
  ...spec.mounts.flatMap((mount) => {
    if (mount.type !== "bind") return [];
    const words = {
      shown: [],
      "read-only": [`${mount.target} could not be written`],
      empty: [`${mount.target} was an empty volume instead of ${mount.source}`],
      "left-out": [`it ran without ${mount.source}`],
    };
    return words[bindInLab(mount, folder)];
  }),
];

/** The create body of a container as production would run it, in a harmless place. Published ports, other networks, real volumes and secrets are left out. */
export const labConfig = (spec: ContainerSpec, image: Digest, place: LabPlace): ContainerConfig => {
  const { networkMode: _mode, pid: _pid, ipc: _ipc, cgroupParent: _parent, ...rest } = harmless(spec, place.folder);
  const files = [...spec.secrets, ...spec.configs];
  const { config } = toContainerConfig(
    {
      ...rest,
      networks: [{ network: place.network, aliases: place.aliases }],
      mounts: [
        ...rest.mounts,
        // Not read-only: the engine takes no files into what the container may not write. Who may read them is told by their owner and mode.
        ...foldersOf(files).map((target) => ({ type: "volume" as const, volume: `files ${target}`, target, readOnly: false })),
      ],
      secrets: [],
      configs: [],
    },
    {
      image,
      labels: place.labels,
      networks: new Map([[place.network, place.network]]),
      volumes: new Map(
        [
          ...rest.mounts.flatMap((mount) => (mount.type === "volume" && mount.volume !== undefined ? [mount.volume] : [])),
          ...foldersOf(files).map((folder) => `files ${folder}`),
        ].map((key) => [key, place.volumeOf(key)]),
      ),
    },
  );
  return config;
};
