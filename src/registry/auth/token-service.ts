import { isRepository, isoTime } from "../../core/index.ts";
import { Refusal } from "../refusal.ts";
import type { AccountPorts } from "./access.ts";
import type { Account } from "./accounts.ts";
import { readJwt } from "./jwt.ts";
import type { Origin } from "./origin.ts";
import { ACTIONS, type Identity } from "./rights.ts";
import { ACCESS_S, CI_REFRESH_S, parseScopes, REFRESH_S, type Scope } from "./tokens.ts";

/** A request for a token, read from a query (GET) or a form (POST). */
export interface TokenRequest {
  /** From Basic, or from the form. */
  readonly credentials: { readonly name: string; readonly password: string } | undefined;
  /** `refresh_token`, `password`, RFC 8693's exchange of a pipeline's token, or absent. */
  readonly grantType: string | undefined;
  readonly refreshToken: string | undefined;
  readonly subjectToken: string | undefined;
  readonly scopes: readonly string[];
  /** Whether a refresh token is wanted, so that the client need not keep the password. */
  readonly offline: boolean;
}

/** Distribution's token specification and OAuth 2.0 in one: clients read `token` or `access_token`. */
export interface TokenAnswer {
  readonly token: string;
  readonly access_token: string;
  readonly token_type: "Bearer";
  readonly expires_in: number;
  readonly issued_at: string;
  readonly scope: string;
  readonly refresh_token?: string;
}

export const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

interface Rights {
  readonly everybody: () => Identity;
  readonly identityOf: (account: Account) => Identity;
}

/** Of what is asked for, what may be done; the rest is left out without a word, as the specification has it. */
const granted = (identity: Identity, asked: readonly Scope[]): readonly Scope[] =>
  asked.flatMap((scope) => {
    if (scope.type === "registry") return [scope];
    if (!isRepository(scope.name)) return [];
    const actions = ACTIONS.filter(
      (action) => (scope.actions.includes("*") || scope.actions.includes(action)) && identity.may(action, scope.name),
    );
    return actions.length === 0 ? [] : [{ ...scope, actions }];
  });

export const createTokenService = ({ accounts, login, tokens, clock }: AccountPorts, { everybody, identityOf }: Rights) => {
  const byRefreshToken = (text: string): Account => {
    const token = tokens.read("refresh", text);
    const account = token === undefined ? undefined : accounts.byId(token.accountId);
    if (account === undefined || account.version !== token?.version || (account.expiresAt ?? Infinity) <= clock.now())
      throw new Refusal(401, "UNAUTHORIZED", "the login is no longer valid; log in again");
    return account;
  };

  /** The pipeline need not know its account's name when only one rule is for its issuer and subject. */
  const byExchange = async (request: TokenRequest, address: string): Promise<Account> => {
    const token = request.subjectToken ?? "";
    const issuer = readJwt(token)?.claims["iss"];
    const named = request.credentials?.name;
    const candidates = accounts
      .all()
      .filter(({ rule, name }) => rule !== undefined && (named === undefined ? rule.issuer === issuer : name === named));
    for (const { name } of candidates.slice(0, 50)) {
      const account = await login.verify({ name, password: token, address, quiet: candidates.length > 1 }).catch((error: unknown) => {
        if (error instanceof Refusal && error.status === 401) return undefined;
        throw error;
      });
      if (account !== undefined) return account;
    }
    throw new Refusal(401, "UNAUTHORIZED", "the pipeline's token fulfils the rule of no account here");
  };

  const accountOf = async (request: TokenRequest, address: string): Promise<Account | undefined> => {
    switch (request.grantType) {
      case undefined:
      case "password":
        if (request.credentials === undefined) {
          if (request.grantType === undefined) return undefined;
          throw new Refusal(400, "UNAUTHORIZED", "grant_type=password needs username and password");
        }
        return login.verify({ ...request.credentials, address });
      case "refresh_token":
        return byRefreshToken(request.refreshToken ?? "");
      case EXCHANGE:
        return byExchange(request, address);
      default:
        throw new Refusal(400, "UNSUPPORTED", `grant_type is not known here: password, refresh_token, ${EXCHANGE}`);
    }
  };

  return async (request: TokenRequest, origin: Origin): Promise<TokenAnswer> => {
    const account = await accountOf(request, origin.address);
    const access = granted(account === undefined ? everybody() : identityOf(account), parseScopes(request.scopes));
    const of = { accountId: account?.id ?? 0, version: account?.version ?? 0 };
    const token = tokens.issue("access", { ...of, access }, ACCESS_S);
    const refreshes = account !== undefined && request.offline;
    const lifeS = account?.kind === "ci" ? CI_REFRESH_S : REFRESH_S;
    return {
      token,
      access_token: token,
      token_type: "Bearer",
      expires_in: ACCESS_S,
      issued_at: isoTime(clock.now()),
      scope: access.map(({ type, name, actions }) => `${type}:${name}:${actions.join(",")}`).join(" "),
      ...(refreshes ? { refresh_token: tokens.issue("refresh", { ...of, access: [] }, lifeS) } : {}),
    };
  };
};
