import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { SeaworthyError } from "../core/index.ts";
import type { ContainerConfig, ContainerState, Engine, Labels } from "../engine/index.ts";
import { hasIpv6 } from "./haproxy/listeners.ts";
import { ADMIN_SOCKET, CONFIG_FILE, MASTER_SOCKET } from "./haproxy/render.ts";
import { INSIDE, type InnerFolders } from "./store.ts";

export const PROXY_CONTAINER = "seaworthy-proxy";
/** The one that is to take its place, until it does. */
export const NEXT_PROXY = "seaworthy-proxy-next";
/** The one whose place was taken, until its last connection ends. */
export const EARLIER_PROXY = "seaworthy-proxy-earlier";

/** Local image made from Debian's package, then what the hub publishes. */
export const PROXY_IMAGES = ["seaworthy/haproxy:2.6", "haproxy:lts"] as const;

export interface ProxyFolders {
  /** On the host. */
  readonly configFolder: string;
  readonly socketFolder: string;
}

const STATE_LABEL = "dev.seaworthy.state";
const IMAGE_LABEL = "dev.seaworthy.proxy-image";
const SETTINGS_LABEL = "dev.seaworthy.proxy-settings";

/** All containers of a proxy, of any state folder. */
export const PROXY_ROLE = { "dev.seaworthy.role": "proxy" } as const;

/** The state folder that a container belongs to. */
export const stateOf = (labels: Labels): string | undefined => labels[STATE_LABEL];

/**
 * HAProxy on the host's network, so that client addresses are kept and two can overlap; it starts as root to bind low ports and drops to `haproxy` by itself.
 * It belongs to the engine and outlives us: `unless-stopped`.
 */
const bareContainer = (image: string, stateUuid: string, folders: ProxyFolders, inside: InnerFolders): ContainerConfig => ({
  Image: image,
  Entrypoint: [],
  Cmd: ["haproxy", "-W", "-db", "-S", `${inside.socketFolder}/${MASTER_SOCKET},mode,600`, "-f", `${inside.configFolder}/${CONFIG_FILE}`],
  User: "0:0",
  Labels: { [STATE_LABEL]: stateUuid, ...PROXY_ROLE },
  StopSignal: "SIGUSR1",
  HostConfig: {
    NetworkMode: "host",
    RestartPolicy: { Name: "unless-stopped" },
    ReadonlyRootfs: true,
    CapDrop: ["ALL"],
    CapAdd: ["NET_BIND_SERVICE", "SETUID", "SETGID", "KILL"],
    SecurityOpt: ["no-new-privileges"],
    LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
    Mounts: [
      { Type: "bind", Source: folders.configFolder, Target: inside.configFolder, ReadOnly: true },
      { Type: "bind", Source: folders.socketFolder, Target: inside.socketFolder },
    ],
  },
});

/** Image as the engine knows it: the name that is asked for, and the id that is behind it now. */
export interface ProxyImage {
  readonly name: string;
  readonly id: string;
}

/** The settings without the image: what only another version of Seaworthy changes. */
const settingsOf = (config: ContainerConfig): string => {
  const { Image: _, ...settings } = config;
  return createHash("sha256").update(JSON.stringify(settings)).digest("hex").slice(0, 16);
};

export const proxyContainer = (
  image: ProxyImage,
  stateUuid: string,
  folders: ProxyFolders,
  inside: InnerFolders = INSIDE,
): ContainerConfig => {
  const bare = bareContainer(image.name, stateUuid, folders, inside);
  return { ...bare, Labels: { ...bare.Labels, [IMAGE_LABEL]: image.id, [SETTINGS_LABEL]: settingsOf(bare) } };
};

/**
 * Takes over the listening sockets of the HAProxy that runs, so that no connection waits at a socket that closes (management.txt 3, `-x`).
 * Where none runs, as when the engine starts this container again, HAProxy says so and opens its own.
 */
export const takingOver = (config: ContainerConfig, inside: InnerFolders = INSIDE): ContainerConfig => {
  const [program = "haproxy", ...args] = config.Cmd ?? [];
  return { ...config, Cmd: [program, "-x", `${inside.socketFolder}/${ADMIN_SOCKET}`, ...args] };
};

/** What a container is not that it would be if it were made now, in words; undefined when it is. */
export const outdatedBy = ({ image, labels }: Pick<ContainerState, "image" | "labels">, wanted: ContainerConfig): string | undefined => {
  const same = (label: string): boolean => labels[label] === wanted.Labels[label];
  if (image !== wanted.Image) return `HAProxy's container runs ${image}, and ${wanted.Image} is asked for`;
  if (!same(SETTINGS_LABEL)) return "HAProxy's container has the settings of another version of Seaworthy";
  return same(IMAGE_LABEL) ? undefined : `HAProxy's container runs an earlier ${image} than the engine has`;
};

/** The image that the container would have if it were made now. Where nobody names one it is what runs: another project of this host may have named it. */
export const wantedImage = async (
  engine: Engine,
  { image, labels }: Pick<ContainerState, "image" | "labels">,
  configured: string | undefined,
): Promise<ProxyImage> => {
  const name = configured ?? image;
  return (await presentImage(engine, [name])) ?? { name, id: labels[IMAGE_LABEL] ?? "" };
};

/** The first that the engine has. */
export const presentImage = async (engine: Engine, names: readonly string[]): Promise<ProxyImage | undefined> => {
  for (const name of names) {
    const found = await engine.images.inspect(name);
    if (found !== undefined) return { name, id: found.id };
  }
  return undefined;
};

/** The image the proxy runs from: the configured one, else the first that the engine has, else pulled. @throws IMAGE_NOT_FOUND with what to do. */
export const proxyImage = async (engine: Engine, configured: string | undefined): Promise<ProxyImage> => {
  const wanted = configured === undefined ? PROXY_IMAGES : [configured];
  const here = await presentImage(engine, wanted);
  if (here !== undefined) return here;
  const remote = wanted[wanted.length - 1] ?? "haproxy:lts";
  try {
    await engine.images.pull(remote);
    const pulled = await presentImage(engine, [remote]);
    if (pulled === undefined) throw new SeaworthyError("IMAGE_NOT_FOUND", `${remote} was pulled and is not there`);
    return pulled;
  } catch (cause) {
    throw new SeaworthyError(
      "IMAGE_NOT_FOUND",
      `the proxy needs an HAProxy image: the engine has none of ${wanted.join(", ")}, and ${remote} cannot be pulled`,
      {
        cause,
        hint: "Run script/setup to make one from Debian's package, or name one in x-seaworthy.proxy.image.",
      },
    );
  }
};

const assertFree = (port: number, host: "0.0.0.0" | "::"): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE")
        reject(
          new SeaworthyError("PORT_TAKEN", `port ${port} is taken by another program, so the proxy cannot listen there`, {
            details: { port },
          }),
        );
      else if (error.code === "EACCES") reject(new SeaworthyError("PERMISSION_DENIED", `may not listen on port ${port}`, { cause: error }));
      else reject(error);
    });
    server.listen({ port, host, exclusive: true, ipv6Only: host === "::" }, () => server.close(() => resolve()));
  });

/** @throws PORT_TAKEN when something else listens on the port, with either family of addresses. */
export const assertPortFree = async (port: number): Promise<void> => {
  await assertFree(port, "0.0.0.0");
  if (hasIpv6()) await assertFree(port, "::");
};
