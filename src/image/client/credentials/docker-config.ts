import * as v from "valibot";
import { hasCode, readTextFile, rememberSecret, SeaworthyError } from "../../../core/index.ts";
import { isHub } from "../endpoint.ts";
import type { Credentials } from "./types.ts";

const text = v.exactOptional(v.string());
const entrySchema = v.looseObject({ auth: text, username: text, password: text, identitytoken: text, registrytoken: text });
const authsSchema = v.record(v.string(), entrySchema);
const fileSchema = v.looseObject({
  auths: v.exactOptional(authsSchema),
  credsStore: text,
  credHelpers: v.exactOptional(v.record(v.string(), v.string())),
  HttpHeaders: v.exactOptional(v.record(v.string(), v.string())),
});

/** What Docker's config.json, containers' auth.json and DOCKER_AUTH_CONFIG have in common. */
export type DockerConfig = v.InferOutput<typeof fileSchema>;
type Entry = v.InferOutput<typeof entrySchema>;

const MAX_BYTES = 1024 * 1024;

/** @throws INPUT_INVALID */
export const parseDockerConfig = (words: string, where: string): DockerConfig => {
  try {
    return v.parse(fileSchema, JSON.parse(words));
  } catch {
    // The parser's words may quote the text, and the text holds passwords.
    throw new SeaworthyError("INPUT_INVALID", `${where} is not a Docker configuration in JSON`, {
      hint: "Log in again with docker login, or correct it.",
    });
  }
};

/** Undefined where there is no such file. `~/.dockercfg` of old holds the entries alone. @throws INPUT_INVALID */
export const readDockerConfig = (path: string, form: "config" | "dockercfg" = "config"): DockerConfig | undefined => {
  try {
    const words = readTextFile(path, MAX_BYTES);
    if (words.trim() === "") return {};
    return parseDockerConfig(form === "config" ? words : `{"auths":${words}}`, path);
  } catch (error) {
    if (hasCode(error, "INPUT_NOT_FOUND")) return undefined;
    throw error;
  }
};

const hasScheme = (key: string): boolean => /^https?:\/\//.test(key);
const hostOf = (key: string): string => key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");

/** What a key is for: a host, and in auth.json perhaps one path of it. `https://host/v1/` of old files is the host. */
const scopeOf = (key: string): { readonly host: string; readonly path: string } => {
  const path = key.slice(key.indexOf("/") + 1).replace(/\/+$/, "");
  const isWhole = hasScheme(key) || !key.includes("/") || path === "" || path === "v1" || path === "v2";
  return { host: hostOf(key), path: isWhole ? "" : path };
};

/** Hosts are compared as a whole, never as a part. */
export const sameRegistry = (host: string, registry: string): boolean => host === registry || (isHub(registry) && isHub(host));

/** A secret that a configuration or a helper gave. The user name `<token>` means an identity token (docker-credential-helpers, README). */
export const withSecret = (username: string, secret: string): Credentials => {
  rememberSecret(secret);
  // As it stands in a header and in a configuration, in base64.
  rememberSecret(`${username}:${secret}`);
  return username === "<token>" || username === "" ? { identityToken: secret } : { username, password: secret };
};

const credentialsOf = (entry: Entry): Credentials | undefined => {
  if (entry.registrytoken) {
    rememberSecret(entry.registrytoken);
    return { registryToken: entry.registrytoken };
  }
  if (entry.identitytoken) return withSecret("<token>", entry.identitytoken);
  if (entry.username && entry.password) return withSecret(entry.username, entry.password);
  const decoded = Buffer.from(entry.auth ?? "", "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  if (colon <= 0) return undefined;
  return withSecret(decoded.slice(0, colon), decoded.slice(colon + 1).replaceAll("\0", ""));
};

/** The entry for a repository: the most exact path first, then the host (containers-auth.json(5)). */
export const fromAuths = (config: DockerConfig, registry: string, repository: string): Credentials | undefined => {
  const found = Object.entries(config.auths ?? {})
    .map(([key, entry]) => ({ key, entry, ...scopeOf(key) }))
    .filter(({ host, path }) => sameRegistry(host, registry) && (path === "" || repository === path || repository.startsWith(`${path}/`)))
    .sort((a, b) => b.path.length - a.path.length || Number(b.key === registry) - Number(a.key === registry));
  for (const { entry } of found) {
    const credentials = credentialsOf(entry);
    if (credentials !== undefined) return credentials;
  }
  return undefined;
};

/** The credential helper that is to be asked about a registry: its own, else the store for all. */
export const helperFor = (config: DockerConfig, registry: string): string | undefined =>
  Object.entries(config.credHelpers ?? {}).find(([key]) => sameRegistry(hostOf(key), registry))?.[1] || config.credsStore || undefined;
