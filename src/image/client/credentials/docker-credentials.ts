import { homedir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../../../core/index.ts";
import { isHub } from "../endpoint.ts";
import { fromCloud } from "./clouds.ts";
import { type DockerConfig, fromAuths, helperFor, parseDockerConfig, readDockerConfig } from "./docker-config.ts";
import { askHelper } from "./helper.ts";
import type { Credentials, CredentialSource } from "./types.ts";

const HUB_KEY = "https://index.docker.io/v1/";
const HELPER_TIMEOUT_MS = 30_000;
/** What a program gave is asked for again after this: what clouds give ends within hours. */
const KEPT_MS = 10 * 60_000;

interface Place {
  readonly where: string;
  read(): DockerConfig | undefined;
  /** Docker's file and those of containers name helpers; the variable's are not run. */
  readonly helpers: boolean;
}

const placesIn = (env: NodeJS.ProcessEnv): readonly Place[] => {
  const home = env["HOME"] ?? homedir();
  const file = (path: string, form?: "dockercfg"): Place => ({ where: path, read: () => readDockerConfig(path, form), helpers: true });
  const inline = env["DOCKER_AUTH_CONFIG"];
  const authFile = env["REGISTRY_AUTH_FILE"];
  const runtime = env["XDG_RUNTIME_DIR"] ?? (process.getuid === undefined ? undefined : `/run/containers/${process.getuid()}`);
  return [
    ...(inline ? [{ where: "DOCKER_AUTH_CONFIG", read: () => parseDockerConfig(inline, "DOCKER_AUTH_CONFIG"), helpers: false }] : []),
    ...(authFile ? [file(authFile)] : []),
    ...(runtime === undefined
      ? []
      : [file(env["XDG_RUNTIME_DIR"] ? join(runtime, "containers", "auth.json") : join(runtime, "auth.json"))]),
    file(join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "containers", "auth.json")),
    file(dockerConfigFile(env)),
    file(join(home, ".dockercfg"), "dockercfg"),
  ];
};

const dockerConfigFile = (env: NodeJS.ProcessEnv): string =>
  join(env["DOCKER_CONFIG"] ?? join(env["HOME"] ?? homedir(), ".docker"), "config.json");

/**
 * Headers of Docker's configuration that are for registries: of `HttpHeaders` the engine hands on `X-Meta-*` alone (moby, image router).
 * @throws INPUT_INVALID
 */
export const dockerHeaders = (env: NodeJS.ProcessEnv = process.env): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(readDockerConfig(dockerConfigFile(env))?.HttpHeaders ?? {})
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name, value]) => /^x-meta-[a-z0-9-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value)),
  );

/**
 * Credentials where users keep them, the first place that has some: `DOCKER_AUTH_CONFIG`; `$REGISTRY_AUTH_FILE`, `$XDG_RUNTIME_DIR/containers/auth.json` and
 * `$XDG_CONFIG_HOME/containers/auth.json` of podman and skopeo; `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`; `~/.dockercfg`. In each, the
 * registry's own helper, else the store, else what is written there. For ECR and Google's registries the clouds' own programs come last.
 */
export const dockerCredentials = (
  env: NodeJS.ProcessEnv = process.env,
  options: { readonly clock?: Clock; readonly helperTimeoutMs?: number } = {},
): CredentialSource => {
  const clock = options.clock ?? systemClock;
  const timeoutMs = options.helperTimeoutMs ?? HELPER_TIMEOUT_MS;
  const kept = new Map<string, { readonly until: number; readonly found: Promise<Credentials | undefined> }>();

  /** Programs are slow: one question at a time, and its answer is kept for a while. A failure is not. */
  const keep = (key: string, ask: () => Promise<Credentials | undefined>): Promise<Credentials | undefined> => {
    const known = kept.get(key);
    if (known !== undefined && known.until > clock.now()) return known.found;
    const found = ask();
    kept.set(key, { until: clock.now() + KEPT_MS, found });
    found.catch(() => kept.delete(key));
    return found;
  };

  return async (registry, repository = "") => {
    const key = isHub(registry) ? HUB_KEY : registry;
    for (const place of placesIn(env)) {
      const config = place.read();
      if (config === undefined) continue;
      const helper = place.helpers ? helperFor(config, registry) : undefined;
      const helped =
        helper === undefined
          ? undefined
          : await keep(`${helper}\n${key}`, () => askHelper(helper, key, { env, timeoutMs, where: place.where }));
      const found = helped ?? fromAuths(config, registry, repository);
      if (found !== undefined) return found;
    }
    return keep(`\n${registry}`, () => fromCloud(registry, { env, timeoutMs }));
  };
};
