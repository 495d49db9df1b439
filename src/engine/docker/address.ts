import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Json, SeaworthyError, sha256Hex } from "../../core/index.ts";

/** Where an engine listens, as the client library wants it. TLS files are read when the connection is made. */
export interface EngineAddress {
  /** For people and errors: `unix:///var/run/docker.sock`, `tcp://10.0.0.5:2376`. */
  readonly url: string;
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tlsFolder?: string;
}

const DEFAULT_SOCKET = "/var/run/docker.sock";

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws INPUT_INVALID for anything but unix, npipe and tcp. */
export const parseEngineAddress = (text: string, tlsFolder?: string): EngineAddress => {
  const match = /^([a-z]+):\/\/(.*)$/.exec(text) ?? ["", "tcp", text];
  const [, scheme, rest = ""] = match;
  const refuse = (why: string): never => {
    throw new SeaworthyError("INPUT_INVALID", `cannot use "${text}" as the engine's address: ${why}`, {
      hint: "Use unix:///path/docker.sock or tcp://host:port. For another machine: ssh -L /tmp/engine.sock:/var/run/docker.sock USER@HOST, then DOCKER_HOST=unix:///tmp/engine.sock.",
    });
  };
  if (scheme === "unix" || scheme === "npipe") {
    const socketPath = rest === "" ? DEFAULT_SOCKET : rest;
    return { url: `${scheme}://${socketPath}`, socketPath };
  }
  if (scheme !== "tcp" && scheme !== "http" && scheme !== "https") return refuse(`${scheme}:// is not supported`);
  const url = URL.parse(`http://${rest}`);
  if (url === null || url.hostname === "") return refuse("there is no host in it");
  if (url.username !== "" || url.password !== "") return refuse("it holds credentials");
  const secured = tlsFolder !== undefined || scheme === "https" || url.port === "2376";
  // The WHATWG parser drops the scheme's default port; the text still says whether one was written.
  const port = url.port === "" ? (/:80\/?$/.test(rest) ? 80 : secured ? 2376 : 2375) : Number(url.port);
  if (secured && tlsFolder === undefined) return refuse("TLS needs DOCKER_CERT_PATH, the folder with ca.pem, cert.pem and key.pem");
  return { url: `tcp://${url.hostname}:${port}`, host: url.hostname, port, ...(tlsFolder === undefined ? {} : { tlsFolder }) };
};

const field = (value: Json | undefined, ...path: readonly string[]): Json | undefined => {
  let at: Json | undefined = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || Array.isArray(at)) return undefined;
    at = Object.entries(at).find(([name]) => name === key)?.[1];
  }
  return at;
};

const readJson = (path: string): Json | undefined => {
  try {
    const value: Json = JSON.parse(readFileSync(path, "utf8"));
    return value;
  } catch {
    return undefined;
  }
};

/** A docker context's endpoint, as the docker CLI stores it under its configuration folder. */
const contextAddress = (name: string, folder: string): EngineAddress => {
  const hash = sha256Hex(name);
  const host = field(readJson(join(folder, "contexts", "meta", hash, "meta.json")), "Endpoints", "docker", "Host");
  if (typeof host !== "string")
    throw new SeaworthyError("INPUT_NOT_FOUND", `the docker context "${name}" is chosen, but ${folder}/contexts does not describe it`, {
      hint: "Run docker context ls, or set DOCKER_HOST.",
    });
  const tls = join(folder, "contexts", "tls", hash, "docker");
  return parseEngineAddress(host, existsSync(tls) ? tls : undefined);
};

/**
 * The docker CLI's own order: DOCKER_HOST, DOCKER_CONTEXT, `currentContext` of config.json, the default socket
 * (https://docs.docker.com/engine/manage-resources/contexts/). Without a system socket, Docker Desktop's per-user one.
 */
export const findEngineAddress = (environment: Environment = process.env, home: string = homedir()): EngineAddress => {
  const certificates = environment["DOCKER_CERT_PATH"];
  const verify = environment["DOCKER_TLS_VERIFY"];
  const tlsFolder = certificates !== undefined && verify !== undefined && verify !== "" ? certificates : undefined;
  const host = environment["DOCKER_HOST"];
  if (host !== undefined && host !== "") return parseEngineAddress(host, host.startsWith("unix:") ? undefined : tlsFolder);
  const folder = environment["DOCKER_CONFIG"] ?? join(home, ".docker");
  const configured = field(readJson(join(folder, "config.json")), "currentContext");
  const context = environment["DOCKER_CONTEXT"] ?? (typeof configured === "string" ? configured : "");
  if (context !== "" && context !== "default") return contextAddress(context, folder);
  if (process.platform === "win32") return parseEngineAddress("npipe:////./pipe/docker_engine");
  const desktop = join(home, ".docker", "run", "docker.sock");
  return parseEngineAddress(`unix://${!existsSync(DEFAULT_SOCKET) && existsSync(desktop) ? desktop : DEFAULT_SOCKET}`);
};
