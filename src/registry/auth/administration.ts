import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Clock, fileError, SeaworthyError } from "../../core/index.ts";
import { type Account, type Accounts, openAccounts } from "./accounts.ts";
import { openAudit } from "./audit.ts";
import type { HtpasswdEntry } from "./htpasswd.ts";
import { type CiRule, requireCiRule } from "./oidc/rule.ts";
import { encodePassword, makeSecret, requirePassword } from "./password.ts";
import { type Action, ACTIONS, type Grant } from "./rights.ts";
import { createTokenKeys } from "./token-keys.ts";
import { REFRESH_S } from "./tokens.ts";

export interface AdministrationOptions {
  readonly clock: Clock;
  /** Whom the audit log names. */
  readonly who: string;
  /** Say what would come of it, and change nothing. */
  readonly dryRun: boolean;
  readonly warn: (words: string) => void;
}

/** What a command may do to the accounts of a data folder, whether a registry serves it or not. Everything is in effect at once, and in the audit log. */
export interface Administration extends Disposable {
  list(): readonly Account[];
  addUser(name: string, password: string, grants: readonly Grant[]): Promise<Account>;
  /** The secret is nowhere else. */
  addRobot(name: string, grants: readonly Grant[], expiresAt: number | undefined): { readonly account: Account; readonly secret: string };
  addCi(name: string, rule: CiRule, grants: readonly Grant[]): Account;
  /** A person's new password; what the old one opened is closed. */
  setPassword(name: string, password: string): Promise<Account>;
  /** A robot's new secret. */
  renewSecret(name: string): { readonly account: Account; readonly secret: string };
  grant(name: string, grants: readonly Grant[]): Account;
  revoke(name: string, grants: readonly Grant[] | "all"): Account;
  setQuota(name: string, quotaBytes: number | undefined): Account;
  remove(name: string): void;
  /** New accounts have no rights yet; of known ones the password is replaced. */
  importHtpasswd(
    entries: readonly HtpasswdEntry[],
    grants: readonly Grant[],
  ): { readonly added: readonly string[]; readonly replaced: readonly string[] };
  rotateKeys(forgetOld: boolean): string;
}

const openFor = (dataFolder: string, { clock, dryRun }: AdministrationOptions, make: boolean): Accounts => {
  const isThere = existsSync(join(dataFolder, "accounts.sqlite"));
  if (!isThere && !make)
    throw new SeaworthyError("INPUT_NOT_FOUND", `${dataFolder} holds no accounts of a registry`, {
      hint: "Name the registry's data folder with --data; seaworthy registry users add makes the first account.",
    });
  if (dryRun && !isThere) return openAccounts(undefined, clock);
  try {
    mkdirSync(dataFolder, { recursive: true });
  } catch (error) {
    throw fileError(error, `make the registry's data folder ${dataFolder}`);
  }
  return openAccounts(dataFolder, clock);
};

const words = (grants: readonly Grant[]): string => grants.map(({ pattern, actions }) => `${actions.join(",")} ${pattern}`).join("; ");

/** @param make whether accounts may be made where there are none yet. @throws INPUT_NOT_FOUND, PERMISSION_DENIED, DISK_FULL, STATE_NEEDS_PERSON */
export const openAdministration = (dataFolder: string, options: AdministrationOptions, make = false): Administration => {
  const { clock, who, dryRun, warn } = options;
  const accounts = openFor(dataFolder, options, make);
  const audit = openAudit(dataFolder, clock, warn);
  const doing = <Result>(did: string, about: string, work: () => Result): Result => {
    if (dryRun) return accounts.rehearse(work);
    const result = work();
    audit.record({ who, did, why: about });
    return result;
  };
  const requireKind = (name: string, kind: Account["kind"], otherwise: string): void => {
    const account = accounts.find(name);
    if (account !== undefined && account.kind !== kind)
      throw new SeaworthyError("INPUT_INVALID", `${name} is no ${kind}`, { hint: otherwise });
  };
  return {
    list: () => accounts.all(),
    addUser: async (name, password, grants) => {
      requirePassword(password);
      const secret = await encodePassword(password);
      return doing("account-added", `${name}: ${words(grants)}`, () => accounts.add({ name, kind: "user", grants, secret }));
    },
    addRobot: (name, grants, expiresAt) => {
      const { secret, encoded } = makeSecret();
      const end = expiresAt === undefined ? {} : { expiresAt };
      const account = doing("account-added", `robot ${name}: ${words(grants)}`, () =>
        accounts.add({ name, kind: "robot", grants, secret: encoded, ...end }),
      );
      return { account, secret };
    },
    addCi: (name, rule, grants) =>
      doing("account-added", `ci ${name} (${rule.issuer} ${rule.subject}): ${words(grants)}`, () =>
        accounts.add({ name, kind: "ci", grants, rule: requireCiRule(rule) }),
      ),
    setPassword: async (name, password) => {
      requirePassword(password);
      requireKind(name, "user", "A robot has a secret that is made for it, and a pipeline its own token.");
      const secret = await encodePassword(password);
      return doing("password-changed", name, () => accounts.setSecret(name, secret));
    },
    renewSecret: (name) => {
      requireKind(name, "robot", "Only robots have a secret that is made for them.");
      const { secret, encoded } = makeSecret();
      return { account: doing("secret-renewed", name, () => accounts.setSecret(name, encoded)), secret };
    },
    grant: (name, grants) => doing("granted", `${name}: ${words(grants)}`, () => accounts.grant(name, grants)),
    revoke: (name, grants) =>
      doing("revoked", `${name}: ${grants === "all" ? "everything" : words(grants)}`, () => {
        if (grants === "all") return accounts.revoke(name, undefined, ACTIONS);
        let account = accounts.revoke(name, grants[0]?.pattern, grants[0]?.actions ?? []);
        for (const { pattern, actions } of grants.slice(1)) account = accounts.revoke(name, pattern, actions);
        return account;
      }),
    setQuota: (name, quotaBytes) => doing("quota", `${name}: ${quotaBytes ?? "none"}`, () => accounts.setQuota(name, quotaBytes)),
    remove: (name) => doing("account-removed", name, () => accounts.remove(name)),
    importHtpasswd: (entries, grants) => {
      const result = {
        added: entries.filter(({ name }) => accounts.find(name) === undefined),
        replaced: entries.filter(({ name }) => accounts.find(name) !== undefined),
      };
      for (const { name } of result.replaced) requireKind(name, "user", "Take it out of the file, or remove the account first.");
      doing("imported", entries.map(({ name }) => name).join(" "), () => {
        for (const { name, hash } of result.added) accounts.add({ name, kind: "user", grants, secret: hash });
        for (const { name, hash } of result.replaced) accounts.setSecret(name, hash);
      });
      return { added: result.added.map(({ name }) => name), replaced: result.replaced.map(({ name }) => name) };
    },
    rotateKeys: (forgetOld) =>
      dryRun
        ? ""
        : doing("keys-rotated", forgetOld ? "old tokens forgotten" : "", () =>
            createTokenKeys(accounts.database, clock, REFRESH_S * 1000).rotate(forgetOld),
          ),
    [Symbol.dispose]: () => accounts.close(),
  };
};

/** Rights as a command line names them; who may push or delete may pull. */
export const grantsOf = (
  asked: { readonly pull?: readonly string[]; readonly push?: readonly string[]; readonly delete?: readonly string[] },
  implied: boolean,
): readonly Grant[] => {
  const grants = new Map<string, Set<Action>>();
  for (const action of ACTIONS)
    for (const pattern of asked[action] ?? []) {
      const of = grants.get(pattern) ?? new Set<Action>();
      of.add(action);
      if (implied) of.add("pull");
      grants.set(pattern, of);
    }
  return [...grants].map(([pattern, actions]) => ({ pattern, actions: ACTIONS.filter((action) => actions.has(action)) }));
};
