import { homedir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { exec, hasCode, lastWords, readTextFile, rememberSecret, SeaworthyError, wordsOf } from "../../core/index.ts";

/** A password, or an identity (OAuth2 refresh) token as `az acr login` leaves one. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly identityToken: string };

/** What to show a registry (`host[:port]`, Docker Hub is `docker.io`); undefined means anonymous. */
export type CredentialSource = (registry: string) => Promise<Credentials | undefined>;

const HUB_KEY = "https://index.docker.io/v1/";
const HELPER = /^[A-Za-z0-9._-]+$/;
const HELPER_TIMEOUT_MS = 30_000;

const text = v.exactOptional(v.string());
const fileSchema = v.looseObject({
  auths: v.exactOptional(v.record(v.string(), v.looseObject({ auth: text, username: text, password: text, identitytoken: text }))),
  credsStore: text,
  credHelpers: v.exactOptional(v.record(v.string(), v.string())),
});
type DockerConfig = v.InferOutput<typeof fileSchema>;

const parseConfig = (words: string, where: string): DockerConfig => {
  try {
    return v.parse(fileSchema, JSON.parse(words));
  } catch {
    // The parser's words may quote the text, and the text holds passwords.
    throw new SeaworthyError("INPUT_INVALID", `${where} is not a Docker configuration in JSON`, {
      hint: "Log in again with docker login, or correct it.",
    });
  }
};

/** `https://host/v1/` of old files and `host` are the same key; compared as a whole, never as a part. */
const hostOf = (key: string): string => key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
const isHub = (host: string): boolean => host === "docker.io" || host === "index.docker.io" || host === "registry-1.docker.io";
const sameRegistry = (key: string, registry: string): boolean => hostOf(key) === registry || (isHub(registry) && isHub(hostOf(key)));

const withSecret = (username: string, secret: string): Credentials => {
  rememberSecret(secret);
  return username === "<token>" || username === "" ? { identityToken: secret } : { username, password: secret };
};

const fromAuths = (config: DockerConfig, registry: string): Credentials | undefined => {
  const entries = Object.entries(config.auths ?? {});
  const found = (entries.find(([key]) => key === registry) ?? entries.find(([key]) => sameRegistry(key, registry)))?.[1];
  if (found === undefined) return undefined;
  if (found.identitytoken) return withSecret("<token>", found.identitytoken);
  if (found.username && found.password) return withSecret(found.username, found.password);
  const decoded = Buffer.from(found.auth ?? "", "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  if (colon <= 0) return undefined;
  return withSecret(decoded.slice(0, colon), decoded.slice(colon + 1).replaceAll("\0", ""));
};

const answerSchema = v.looseObject({ Username: v.string(), Secret: v.string() });

/** Asks a credential helper (docker-credential-helpers, README: `get` reads the server's key on stdin). @throws TOOL_MISSING, REGISTRY_REFUSED */
const fromHelper = async (suffix: string, key: string): Promise<Credentials | undefined> => {
  if (!HELPER.test(suffix))
    throw new SeaworthyError("INPUT_INVALID", `"${suffix.slice(0, 60)}" in Docker's configuration is not the name of a credential helper`);
  const program = `docker-credential-${suffix}`;
  const result = await exec(program, ["get"], { input: `${key}\n`, timeoutMs: HELPER_TIMEOUT_MS, maxBytes: 1024 * 1024 });
  if (result.exitCode !== 0) {
    if (/credentials not found/i.test(`${result.stdout} ${result.stderr}`)) return undefined;
    throw new SeaworthyError("REGISTRY_REFUSED", `${program} could not give the credentials of ${hostOf(key)}: ${lastWords(result, 3)}`);
  }
  try {
    const answer = v.parse(answerSchema, JSON.parse(result.stdout));
    return withSecret(answer.Username, answer.Secret);
  } catch {
    throw new SeaworthyError("REGISTRY_REFUSED", `${program} answered with something that is no credential for ${hostOf(key)}`);
  }
};

const fromConfig = async (config: DockerConfig, registry: string): Promise<Credentials | undefined> => {
  const key = isHub(registry) ? HUB_KEY : registry;
  const helper = Object.entries(config.credHelpers ?? {}).find(([host]) => sameRegistry(host, registry))?.[1] ?? config.credsStore;
  const helped = helper === undefined || helper === "" ? undefined : await fromHelper(helper, key);
  return helped ?? fromAuths(config, registry);
};

const configFile = (env: NodeJS.ProcessEnv): string =>
  join(env["DOCKER_CONFIG"] ?? join(env["HOME"] ?? homedir(), ".docker"), "config.json");

/**
 * Credentials as Docker finds them: `DOCKER_AUTH_CONFIG` first, then `$DOCKER_CONFIG/config.json` or `~/.docker/config.json` with its
 * `credHelpers`, `credsStore` and `auths`. Each registry is looked up once.
 */
export const dockerCredentials = (env: NodeJS.ProcessEnv = process.env): CredentialSource => {
  const known = new Map<string, Promise<Credentials | undefined>>();
  const look = async (registry: string): Promise<Credentials | undefined> => {
    const inline = env["DOCKER_AUTH_CONFIG"];
    const first = inline ? fromAuths(parseConfig(inline, "DOCKER_AUTH_CONFIG"), registry) : undefined;
    if (first !== undefined) return first;
    const path = configFile(env);
    try {
      return await fromConfig(parseConfig(readTextFile(path), path), registry);
    } catch (error) {
      if (hasCode(error, "INPUT_NOT_FOUND") && wordsOf(error).includes(path)) return undefined;
      throw error;
    }
  };
  return (registry) => {
    const found = known.get(registry) ?? look(registry);
    known.set(registry, found);
    return found;
  };
};
