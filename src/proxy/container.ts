import { createServer } from "node:net";
import type { ContainerConfig, Engine } from "../engine/index.ts";
import { SeaworthyError } from "../core/index.ts";
import { hasIpv6 } from "./haproxy/listeners.ts";
import { CONFIG_FILE, MASTER_SOCKET } from "./haproxy/render.ts";
import { INSIDE, type InnerFolders } from "./store.ts";

export const PROXY_CONTAINER = "seaworthy-proxy";

/** Local image made from Debian's package, then what the hub publishes. */
export const PROXY_IMAGES = ["seaworthy/haproxy:2.6", "haproxy:lts"] as const;

export interface ProxyFolders {
  /** On the host. */
  readonly configFolder: string;
  readonly socketFolder: string;
}

/**
 * HAProxy on the host's network, so that client addresses are kept and two can overlap; it starts as root to bind low ports and drops to `haproxy` by itself.
 * It belongs to the engine and outlives us: `unless-stopped`.
 */
export const proxyContainer = (
  image: string,
  stateUuid: string,
  folders: ProxyFolders,
  inside: InnerFolders = INSIDE,
): ContainerConfig => ({
  Image: image,
  Entrypoint: [],
  Cmd: ["haproxy", "-W", "-db", "-S", `${inside.socketFolder}/${MASTER_SOCKET},mode,600`, "-f", `${inside.configFolder}/${CONFIG_FILE}`],
  User: "0:0",
  Labels: { "dev.seaworthy.state": stateUuid, "dev.seaworthy.role": "proxy" },
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

/** The image the proxy runs from: the configured one, else the first that the engine has, else pulled. @throws IMAGE_NOT_FOUND with what to do. */
export const proxyImage = async (engine: Engine, configured: string | undefined): Promise<string> => {
  const wanted = configured === undefined ? PROXY_IMAGES : [configured];
  for (const image of wanted) if ((await engine.images.inspect(image)) !== undefined) return image;
  const remote = wanted[wanted.length - 1] ?? "haproxy:lts";
  try {
    await engine.images.pull(remote);
    return remote;
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
