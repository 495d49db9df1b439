import type { Engine } from "../ports.ts";
import { findEngineAddress, parseEngineAddress } from "./address.ts";
import { connect } from "./connection.ts";
import { dockerContainers } from "./containers.ts";
import { dockerImages } from "./images.ts";
import { dockerNetworks } from "./networks.ts";
import { dockerStorage } from "./storage.ts";
import { dockerSystem, enginePlatform } from "./system.ts";
import { dockerVolumes } from "./volumes.ts";

/**
 * A Docker Engine, API 1.41 or newer, over its socket. Nothing is asked of it before the first call.
 * `address`: `unix:///path` or `tcp://host:port`; default as the docker CLI finds it (DOCKER_HOST, context, /var/run/docker.sock).
 */
export const createDockerEngine = (options: { readonly address?: string } = {}): Engine => {
  const connection = connect(
    options.address === undefined ? findEngineAddress() : parseEngineAddress(options.address, process.env["DOCKER_CERT_PATH"]),
  );
  return {
    containers: dockerContainers(connection),
    images: dockerImages(connection, enginePlatform(connection)),
    networks: dockerNetworks(connection),
    volumes: dockerVolumes(connection),
    storage: dockerStorage(connection),
    system: dockerSystem(connection),
  };
};
