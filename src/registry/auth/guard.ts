import { mkdirSync } from "node:fs";
import { type Clock, fileError, SeaworthyError, wordsOf } from "../../core/index.ts";
import { type Access, createAccountAccess } from "./access.ts";
import { type Accounts, openAccounts } from "./accounts.ts";
import { type Audit, openAudit } from "./audit.ts";
import { createBruteForceLimit } from "./brute-force.ts";
import { createLogin, type LoginFailure } from "./login.ts";
import { createIssuerKeys } from "./oidc/key-set.ts";
import { verifyCiToken } from "./oidc/verify.ts";
import { createTokenKeys } from "./token-keys.ts";
import { createTokens, REFRESH_S } from "./tokens.ts";

/** A registry with accounts: who may do what, and what was done. */
export interface Guard {
  readonly access: Access;
  readonly accounts: Accounts;
  readonly audit: Audit;
  close(): void;
}

interface Ports {
  readonly clock: Clock;
  readonly warn: (words: string) => void;
  readonly refusedLogin: (why: LoginFailure) => void;
}

/**
 * Opens the accounts of a data folder for serving.
 * @throws USAGE when there is none: nobody could do anything; PERMISSION_DENIED, DISK_FULL, STATE_NEEDS_PERSON
 */
export const openGuard = (dataFolder: string, { clock, warn, refusedLogin }: Ports): Guard => {
  try {
    mkdirSync(dataFolder, { recursive: true });
  } catch (error) {
    throw fileError(error, `make the registry's data folder ${dataFolder}`);
  }
  const accounts = openAccounts(dataFolder, clock);
  if (accounts.all().length === 0) {
    accounts.close();
    throw new SeaworthyError("USAGE", `the registry in ${dataFolder} has no accounts yet, so nobody could push or pull`, {
      hint: `seaworthy registry users add NAME --data ${dataFolder} --push '**' makes the first one. For a laptop or a test: --open, where everyone may do everything.`,
    });
  }
  const audit = openAudit(dataFolder, clock, warn);
  const issuerKeys = createIssuerKeys(clock);
  const login = createLogin({
    accounts,
    limit: createBruteForceLimit(clock),
    clock,
    verifyCiToken: async ({ name, rule }, token) => {
      if (rule === undefined) return undefined;
      try {
        const verdict = await verifyCiToken(token, rule, issuerKeys, clock);
        // Which pipeline it was stands in the audit log once; its requests go by the account's name.
        if (verdict.holds) audit.record({ who: name, did: "ci-login", why: verdict.subject });
        else audit.record({ who: name, did: "ci-refused", why: verdict.because });
        return verdict.holds ? verdict.until : undefined;
      } catch (error) {
        warn(`the keys of ${rule.issuer} cannot be read: ${wordsOf(error)}`);
        audit.record({ who: name, did: "ci-refused", why: "the issuer's keys cannot be read" });
        return undefined;
      }
    },
    failed: ({ name, address }, why) => {
      refusedLogin(why);
      audit.record({ who: name.slice(0, 64), did: "login-failed", from: address, why });
    },
  });
  const tokens = createTokens(createTokenKeys(accounts.database, clock, REFRESH_S * 1000), clock);
  return { access: createAccountAccess({ accounts, login, tokens, clock }), accounts, audit, close: () => accounts.close() };
};
