import { type Clock, type Reference, systemClock } from "../../core/index.ts";
import { createAuthorizer } from "./authorize.ts";
import type { Reach } from "./connect/agents.ts";
import { speaksTls } from "./connect/speaks-tls.ts";
import { dockerCredentials, dockerHeaders } from "./credentials/docker-credentials.ts";
import { endpointOf, isLoopback } from "./endpoint.ts";
import { refusal, unreachable } from "./failure.ts";
import { machineHostRules, type PullPlace } from "./hosts/host-rules.ts";
import { type Answer, type Call, createWire, discard } from "./http.ts";
import { rateLimitOf } from "./rate-limit.ts";
import { follow } from "./redirect.ts";
import { sendPatiently } from "./retry.ts";
import type { RegistryClientOptions, Repository } from "./types.ts";

/** A place that an answer named, and how far a request to it may reach. */
export interface Target {
  readonly url: URL;
  readonly reach: Reach;
}

export interface Asked {
  readonly registry: string;
  /** Whose credentials are shown, where they are kept by path. */
  readonly repository?: string;
  /** `repository:name:pull,push`; none for the base endpoint. */
  readonly scopes: readonly string[];
  readonly method: Call["method"];
  /** Below `/v2/`, or where the registry sent us. */
  readonly at: string | Target;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Call["body"];
  /** For messages: what is being tried, on what. */
  readonly tried: string;
  /** Default: the session's. */
  readonly attempts?: number;
}

/** Requests with credentials, redirects and patience: what every operation of the client stands on. */
export interface Session {
  readonly clock: Clock;
  readonly attempts: number;
  readonly signal: AbortSignal | undefined;
  /** Any answer, whatever its status. @throws REGISTRY_UNREACHABLE */
  ask(asked: Asked): Promise<Answer>;
  /** An answer of one of these statuses. @throws what `refusal` makes of any other */
  expect(asked: Asked, statuses: readonly number[], pushesTag?: boolean): Promise<Answer>;
  endpoint(registry: string): Promise<URL>;
  /** Where to pull from, mirrors first. @throws REGISTRY_REFUSED */
  places(repository: Pick<Reference, "registry" | "repository" | "digest">): readonly PullPlace[];
  close(): void;
}

export const scopeOf = (repository: Repository, actions: "pull" | "pull,push" | "pull,push,delete" | "delete"): string =>
  `repository:${repository.repository}:${actions}`;

const PER_HOST = 16;

export const createSession = (options: RegistryClientOptions): Session => {
  const clock = options.clock ?? systemClock;
  const attempts = options.attempts ?? 5;
  const { signal } = options;
  const env = options.env ?? process.env;
  const rules = options.hosts ?? machineHostRules(env);
  const abort = signal === undefined ? {} : { signal };
  const isInsecure = (host: string): boolean => isLoopback(new URL(`http://${host}`).hostname) || rules.insecure(host);
  const wire = createWire({
    idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
    perHost: options.perHost ?? PER_HOST,
    insecure: isInsecure,
    neighbours: options.neighbours ?? true,
    env,
    ...(options.certificateFolders === undefined ? {} : { certificateFolders: options.certificateFolders }),
    ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    ...abort,
  });
  const patiently =
    (tries: number) =>
    (call: Call): Promise<Answer> =>
      sendPatiently(wire, call, { attempts: tries, clock, ...abort });
  const authorizer = createAuthorizer({
    credentials: options.credentials ?? dockerCredentials(env),
    // Token services are not followed anywhere: the request may carry a password.
    send: patiently(attempts),
    clock,
    trustedRealms: options.trustedRealms ?? (env["SEAWORTHY_TOKEN_SERVICES"] ?? "").split(/[\s,]+/).filter((host) => host !== ""),
  });
  let headers: Readonly<Record<string, string>> | undefined;
  const configured = (): Readonly<Record<string, string>> =>
    (headers ??= options.headers ?? (options.credentials === undefined ? dockerHeaders(env) : {}));

  const endpoints = new Map<string, Promise<URL>>();
  const find = async (registry: string): Promise<URL> => {
    if (options.plainHttp?.includes(registry) === true) return endpointOf(registry, "http");
    const secure = endpointOf(registry, "https");
    if (!isInsecure(secure.host)) return secure;
    return (await speaksTls(secure, options.lookup)) ? secure : endpointOf(registry, "http");
  };
  const endpoint = (registry: string): Promise<URL> => {
    const known = endpoints.get(registry) ?? find(registry);
    endpoints.set(registry, known);
    return known;
  };

  const ask = async (asked: Asked): Promise<Answer> => {
    try {
      const base = await endpoint(asked.registry);
      const target: Target = typeof asked.at === "string" ? { url: new URL(asked.at, base), reach: "anywhere" } : asked.at;
      const send = (authorization: string | undefined): Promise<Answer> =>
        follow(patiently(asked.attempts ?? attempts), {
          method: asked.method,
          ...target,
          headers: {
            ...(target.url.origin === base.origin ? configured() : {}),
            ...asked.headers,
            ...(authorization === undefined ? {} : { authorization }),
          },
          ...(asked.body === undefined ? {} : { body: asked.body }),
        });
      const isOurs = target.url.origin === base.origin;
      const known = isOurs ? await authorizer.header(asked) : undefined;
      const first = await send(known);
      const limit = rateLimitOf(first, asked.registry);
      if (limit !== undefined) options.onRateLimit?.(limit);
      if (first.status !== 401 || first.url.origin !== base.origin) return first;
      const better = await authorizer.answer(asked, first, known);
      // What was sent once is gone; the next request will be better.
      if (better === undefined || better === known || asked.body?.once === true) return first;
      await discard(first);
      return await send(better);
    } catch (error) {
      throw unreachable(error, asked.tried);
    }
  };

  return {
    clock,
    attempts,
    signal,
    ask,
    expect: async (asked, statuses, pushesTag = false) => {
      const answer = await ask(asked);
      if (statuses.includes(answer.status)) return answer;
      throw await refusal(answer, asked.tried, { pushesTag, registry: asked.registry });
    },
    endpoint,
    places: (repository) => rules.places(repository),
    close: () => wire.close(),
  };
};
