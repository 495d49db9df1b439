import type { Engine, Inside } from "../ports.ts";
import { findEngineAddress, parseEngineAddress } from "./address.ts";
import { connect, type Connection } from "./connection.ts";
import { dockerContainers } from "./containers.ts";
import { dockerImages } from "./images.ts";
import { dockerInside } from "./inside.ts";
import { dockerNetworks } from "./networks.ts";
import { dockerStorage } from "./storage.ts";
import { dockerSystem, enginePlatform } from "./system.ts";
import { dockerVolumes } from "./volumes.ts";

interface EngineOptions {
  readonly address?: string;
}

const connectTo = ({ address }: EngineOptions): Connection =>
  connect(address === undefined ? findEngineAddress() : parseEngineAddress(address, process.env["DOCKER_CERT_PATH"]));

/**
 * A Docker Engine, API 1.41 or newer, over its socket. Nothing is asked of it before the first call.
 * `address`: `unix:///path` or `tcp://host:port`; default as the docker CLI finds it (DOCKER_HOST, context, /var/run/docker.sock).
 */
export const createDockerEngine = (options: EngineOptions = {}): Engine => {
  const connection = connectTo(options);
  return {
    containers: dockerContainers(connection),
    images: dockerImages(connection, enginePlatform(connection)),
    networks: dockerNetworks(connection),
    volumes: dockerVolumes(connection),
    storage: dockerStorage(connection),
    system: dockerSystem(connection),
  };
};

/** The inside of containers on a Docker Engine, found as `createDockerEngine` finds it. */
export const createDockerInside = (options: EngineOptions = {}): Inside => dockerInside(connectTo(options));
