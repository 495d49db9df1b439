import { type Clock, systemClock } from "../../core/index.ts";
import { type Authorizer, createAuthorizer } from "./authorize.ts";
import { dockerCredentials } from "./credentials.ts";
import { endpointOf } from "./endpoint.ts";
import { refusal, unreachable } from "./failure.ts";
import { type Answer, type Call, createWire, discard } from "./http.ts";
import { follow } from "./redirect.ts";
import { sendPatiently } from "./retry.ts";
import type { RegistryClientOptions, Repository } from "./types.ts";

export interface Asked {
  readonly registry: string;
  /** `repository:name:pull,push`; none for the base endpoint. */
  readonly scopes: readonly string[];
  readonly method: Call["method"];
  /** Below `/v2/`, or a whole address that the registry gave. */
  readonly at: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Call["body"];
  /** For messages: what is being tried, on what. */
  readonly tried: string;
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
  endpoint(registry: string): URL;
  close(): void;
}

export const scopeOf = (repository: Repository, actions: "pull" | "pull,push" | "pull,push,delete" | "delete"): string =>
  `repository:${repository.repository}:${actions}`;

export const createSession = (options: RegistryClientOptions): Session => {
  const clock = options.clock ?? systemClock;
  const attempts = options.attempts ?? 5;
  const { signal } = options;
  const abort = signal === undefined ? {} : { signal };
  const wire = createWire({
    idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
    ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    ...abort,
  });
  const patiently = (call: Call): Promise<Answer> => sendPatiently(wire, call, { attempts, clock, ...abort });
  const endpoint = (registry: string): URL => endpointOf(registry, options.plainHttp ?? []);
  const authorizer: Authorizer = createAuthorizer({
    credentials: options.credentials ?? dockerCredentials(),
    // Token services are not followed anywhere: the request may carry a password.
    send: patiently,
    clock,
    trustedRealms: options.trustedRealms ?? [],
  });

  const ask = async (asked: Asked): Promise<Answer> => {
    const base = endpoint(asked.registry);
    const url = typeof asked.at === "string" ? new URL(asked.at, base) : asked.at;
    const send = (authorization: string | undefined): Promise<Answer> =>
      follow(patiently, {
        method: asked.method,
        url,
        headers: { ...asked.headers, ...(authorization === undefined ? {} : { authorization }) },
        ...(asked.body === undefined ? {} : { body: asked.body }),
      });
    try {
      const isOurs = url.origin === base.origin;
      const known = isOurs ? await authorizer.header(asked.registry, asked.scopes) : undefined;
      const first = await send(known);
      if (first.status !== 401 || first.url.origin !== base.origin || asked.body?.once === true) return first;
      const better = await authorizer.answer(asked.registry, first, asked.scopes);
      if (better === undefined || better === known) return first;
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
    expect: async (asked, statuses, pushesTag) => {
      const answer = await ask(asked);
      if (statuses.includes(answer.status)) return answer;
      throw await refusal(answer, asked.tried, pushesTag);
    },
    endpoint,
    close: () => wire.close(),
  };
};
