import type { IncomingMessage } from "node:http";
import { Refusal } from "../refusal.ts";
import { type Account, type Accounts, ANONYMOUS } from "./accounts.ts";
import type { Clock } from "../../core/index.ts";
import { readAuthorization } from "./credentials.ts";
import type { Login } from "./login.ts";
import type { Origin } from "./origin.ts";
import { type Action, ACTIONS, type Identity, type Rights, rightsOf } from "./rights.ts";
import type { Token, Tokens } from "./tokens.ts";
import { createTokenService, type TokenAnswer, type TokenRequest } from "./token-service.ts";

/** What a request needs before it is looked at: a way in, the catalogue, the figures, or one action on one repository. */
export type Demand =
  | { readonly kind: "enter" }
  | { readonly kind: "list" }
  | { readonly kind: "figures" }
  | {
      readonly kind: "use";
      readonly action: Action;
      readonly repository: string;
      /** The repository that a blob is to be mounted from. To be refused there refuses nothing: the client then sends the blob. */
      readonly source?: string;
    };

/** Who may do what. */
export interface Access {
  /** Who asks, when they may. @throws Refusal 401 with a challenge, 403, 429 */
  admit(request: Pick<IncomingMessage, "headers">, origin: Origin, demand: Demand): Promise<Identity>;
  /** The token service; an open registry has none. @throws Refusal 400, 401, 429 */
  readonly token?: (request: TokenRequest, origin: Origin) => Promise<TokenAnswer>;
}

const EVERYTHING = rightsOf([{ pattern: "**", actions: ACTIONS }]);
const ANYONE: Identity = { name: "anyone", may: EVERYTHING, holds: EVERYTHING };

/** An open registry: whoever reaches it may do everything. */
export const openAccess: Access = { admit: async () => ANYONE };

const scopeOf = (demand: Demand): string => {
  if (demand.kind === "list") return "registry:catalog:*";
  if (demand.kind !== "use") return "";
  const source = demand.source === undefined ? "" : ` repository:${demand.source}:pull`;
  return `repository:${demand.repository}:${demand.action === "push" ? "pull,push" : demand.action}${source}`;
};

/** Distribution's token specification: always Bearer, so that docker, which decides at `/v2/`, has a token for public and private repositories alike. */
const challenge = (origin: Origin, demand: Demand, error?: "invalid_token" | "insufficient_scope"): Readonly<Record<string, string>> => {
  const scope = scopeOf(demand);
  const parts = [`realm="${origin.base}/token"`, `service="${new URL(origin.base).host}"`];
  if (scope !== "") parts.push(`scope="${scope}"`);
  if (error !== undefined) parts.push(`error="${error}"`);
  return { "www-authenticate": `Bearer ${parts.join(",")}` };
};

/** A token opens what it names, and of that only what its account may at this moment. */
const opens = (token: Token, action: Action, repository: string): boolean =>
  token.access.some(({ type, name, actions }) => type === "repository" && name === repository && actions.includes(action));

export interface AccountPorts {
  readonly accounts: Accounts;
  readonly login: Login;
  readonly tokens: Tokens;
  readonly clock: Clock;
}

/** Accounts, their rights, and what everybody may. */
export const createAccountAccess = (ports: AccountPorts): Access => {
  const { accounts, login, tokens, clock } = ports;
  const identity = (name: string, rights: Rights): Identity => ({ name, may: rights, holds: rights });
  const everybody = (): Identity => identity(ANONYMOUS, accounts.find(ANONYMOUS)?.may ?? (() => false));
  const identityOf = (account: Account): Identity => {
    const anonymous = everybody();
    return identity(account.name, (action, repository) => account.may(action, repository) || anonymous.may(action, repository));
  };

  const unauthorised = (origin: Origin, demand: Demand, error?: "invalid_token" | "insufficient_scope"): Refusal => {
    const host = new URL(origin.base).host;
    const words = {
      invalid_token: "the token does not count, or no longer",
      insufficient_scope: "the token does not open this",
    } as const;
    return new Refusal(
      401,
      "UNAUTHORIZED",
      error === undefined ? `authentication required: docker login ${host}` : words[error],
      challenge(origin, demand, error),
    );
  };

  /** The same words whether there is such a repository or not. */
  const requireRight = (identity: Identity, demand: Demand): Identity => {
    if (demand.kind === "use" && !identity.may(demand.action, demand.repository))
      throw new Refusal(
        403,
        "DENIED",
        `${identity.name} may not ${demand.action === "push" ? "push to" : `${demand.action} from`} ${demand.repository}`,
        {},
        identity.name,
      );
    return identity;
  };

  const byToken = (text: string, origin: Origin, demand: Demand): Identity => {
    const token = tokens.read("access", text);
    if (token === undefined) throw unauthorised(origin, demand, "invalid_token");
    const account = token.accountId === 0 ? undefined : accounts.byId(token.accountId);
    // The account is looked at each time: removed, ended or with another password, its tokens end with it.
    const gone = account === undefined || account.version !== token.version || (account.expiresAt ?? Infinity) <= clock.now();
    if (token.accountId !== 0 && gone) throw unauthorised(origin, demand, "invalid_token");
    const who = account === undefined ? everybody() : identityOf(account);
    if (demand.kind === "list") {
      if (!token.access.some(({ type }) => type === "registry")) throw unauthorised(origin, demand, "insufficient_scope");
      return who;
    }
    if (demand.kind === "figures" && account === undefined) throw unauthorised(origin, demand);
    // What everybody may needs no token, so the wrong one does not hinder it: clients of mirrors name repositories as the upstream has them.
    const opened = (action: Action, repository: string): boolean => opens(token, action, repository) || everybody().may(action, repository);
    if (demand.kind === "use") {
      if (account === undefined && !who.may(demand.action, demand.repository)) throw unauthorised(origin, demand);
      requireRight(who, demand);
      if (!opened(demand.action, demand.repository)) throw unauthorised(origin, demand, "insufficient_scope");
      // Told of the wider scope, a client asks for it and need not send what is here. Who could not have it is not told.
      const { source } = demand;
      if (source !== undefined && who.may("pull", source) && !opened("pull", source))
        throw unauthorised(origin, demand, "insufficient_scope");
    }
    return { ...who, may: (action, repository) => who.may(action, repository) && opened(action, repository) };
  };

  return {
    admit: async ({ headers }, origin, demand) => {
      const presented = readAuthorization(headers.authorization);
      switch (presented.kind) {
        case "none": {
          const identity = everybody();
          if (demand.kind !== "use" || !identity.may(demand.action, demand.repository)) throw unauthorised(origin, demand);
          return identity;
        }
        case "basic": {
          const { name, password } = presented;
          const account = await login.verify({ name, password, address: origin.address }).catch((error: unknown) => {
            if (error instanceof Refusal && error.status === 401)
              throw new Refusal(401, "UNAUTHORIZED", error.message, challenge(origin, demand));
            throw error;
          });
          return requireRight(identityOf(account), demand);
        }
        case "bearer":
          return byToken(presented.token, origin, demand);
        case "unreadable":
          throw unauthorised(origin, demand, "invalid_token");
      }
    },
    token: createTokenService(ports, { everybody, identityOf }),
  };
};
