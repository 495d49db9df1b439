import { type Clock, SeaworthyError } from "../../core/index.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import type { Credentials, CredentialSource } from "./credentials/types.ts";
import type { Answer, Call } from "./http.ts";
import { requestToken, type Token } from "./token.ts";

/** A request that may need credentials: to whom, for what. */
export interface Wanted {
  readonly registry: string;
  /** Whose credentials, where they are kept by path. */
  readonly repository?: string;
  /** `repository:name:pull,push`; none for the base endpoint. */
  readonly scopes: readonly string[];
}

export interface Authorizer {
  /** The Authorization header for a request known to need one. */
  header(wanted: Wanted): Promise<string | undefined>;
  /** After a 401 on a request that showed `shown`: what to try next, undefined when there is nothing (else) to show. */
  answer(wanted: Wanted, refused: Answer, shown: string | undefined): Promise<string | undefined>;
}

interface Ports {
  readonly credentials: CredentialSource;
  readonly send: (call: Call) => Promise<Answer>;
  readonly clock: Clock;
  readonly trustedRealms: readonly string[];
}

interface Learned {
  readonly challenge: Challenge;
  readonly from: Pick<Answer, "url" | "peer">;
}

/** Tokens that are kept; the oldest go first. A client that lives for months meets many repositories. */
const MAX_TOKENS = 2000;

const accountOf = (credentials: Credentials | undefined): string => {
  if (credentials === undefined) return "";
  return "username" in credentials ? credentials.username : "identityToken" in credentials ? "<token>" : "<registry token>";
};

const plain = (credentials: Credentials | undefined): string | undefined => {
  if (credentials === undefined) return undefined;
  if ("registryToken" in credentials) return `Bearer ${credentials.registryToken}`;
  return "password" in credentials
    ? `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`
    : undefined;
};

/** `repository:a:pull,push` covers `repository:a:pull`. */
const covers = (own: string, asked: string): boolean => {
  const split = (scope: string): readonly [string, readonly string[]] => {
    const at = scope.lastIndexOf(":");
    return [scope.slice(0, at), scope.slice(at + 1).split(",")];
  };
  const [name, actions] = split(own);
  const [askedName, askedActions] = split(asked);
  return name === askedName && askedActions.every((action) => actions.includes(action));
};

/** What we need, and what the registry says beside it: some ask for more than the distribution specification tells. */
const together = (scopes: readonly string[], challenge: Challenge): readonly string[] => {
  const asked = (challenge.parameters["scope"] ?? "").split(" ").filter((scope) => scope !== "");
  return [...new Set([...scopes, ...asked.filter((scope) => !scopes.some((own) => covers(own, scope)))])];
};

/** Answers challenges: Basic, and Bearer tokens from a token service, anonymous where there are no credentials. Tokens are kept until they end. */
export const createAuthorizer = (ports: Ports): Authorizer => {
  const learned = new Map<string, Learned>();
  /** For the scopes we need, those that the registry turned out to want. */
  const widened = new Map<string, readonly string[]>();
  const tokens = new Map<string, Promise<Token>>();
  /** A token service may give a new identity token in place of the old one. */
  const renewed = new Map<string, string>();

  const credentialsOf = async ({ registry, repository }: Wanted): Promise<Credentials | undefined> => {
    const found = await ports.credentials(registry, repository);
    const newer = found !== undefined && "identityToken" in found ? renewed.get(`${registry}\n${found.identityToken}`) : undefined;
    return newer === undefined ? found : { identityToken: newer };
  };

  const bearer = async (wanted: Wanted, { challenge, from }: Learned, scopes: readonly string[], refused?: string): Promise<string> => {
    const found = await credentialsOf(wanted);
    if (found !== undefined && "registryToken" in found) return `Bearer ${found.registryToken}`;
    const { realm, service } = challenge.parameters;
    const key = [wanted.registry, realm, service, accountOf(found), ...scopes.toSorted()].join("\n");
    const cached = await tokens.get(key)?.catch(() => undefined);
    // Of several requests refused at once, the first asks; the others use what it was given.
    if (cached !== undefined && cached.expiresAt > ports.clock.now() && `Bearer ${cached.value}` !== refused)
      return `Bearer ${cached.value}`;
    const waiting = tokens.get(key);
    const fetching =
      waiting !== undefined && cached === undefined && refused === undefined
        ? waiting
        : requestToken({ ...ports, registry: wanted.registry, challenge, from, scopes, credentials: found });
    tokens.delete(key);
    tokens.set(key, fetching);
    for (const oldest of tokens.keys()) {
      if (tokens.size <= MAX_TOKENS) break;
      tokens.delete(oldest);
    }
    try {
      const token = await fetching;
      if (token.identityToken !== undefined && found !== undefined && "identityToken" in found)
        renewed.set(`${wanted.registry}\n${found.identityToken}`, token.identityToken);
      return `Bearer ${token.value}`;
    } catch (error) {
      if (tokens.get(key) === fetching) tokens.delete(key);
      throw error;
    }
  };

  const keyOf = ({ registry, scopes }: Wanted): string => [registry, ...scopes].join("\n");

  return {
    header: async (wanted) => {
      const known = learned.get(wanted.registry);
      if (known === undefined) return undefined;
      if (known.challenge.scheme === "bearer") return bearer(wanted, known, widened.get(keyOf(wanted)) ?? wanted.scopes);
      return plain(await credentialsOf(wanted));
    },
    answer: async (wanted, refused, shown) => {
      const challenges = parseChallenges(refused.headers["www-authenticate"] ?? "");
      const challenge = challenges.find((each) => each.scheme === "bearer") ?? challenges.find((each) => each.scheme === "basic");
      if (challenge === undefined) return undefined;
      const lesson = { challenge, from: { url: refused.url, peer: refused.peer } };
      learned.set(wanted.registry, lesson);
      if (challenge.scheme === "bearer") {
        const scopes = together(wanted.scopes, challenge);
        widened.set(keyOf(wanted), scopes);
        return bearer(wanted, lesson, scopes, shown);
      }
      const credentials = await credentialsOf(wanted);
      if (credentials !== undefined && "identityToken" in credentials)
        throw new SeaworthyError("REGISTRY_REFUSED", `${wanted.registry} wants a password, and what is kept for it is an identity token`, {
          hint: `Log in anew: docker login ${wanted.registry}`,
        });
      return plain(credentials);
    },
  };
};
