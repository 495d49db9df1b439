import { join } from "node:path";
import { type Clock, SeaworthyError } from "../../core/index.ts";
import { type Database, numberOf, type Row, textOf } from "../store/database.ts";
import { IN_MEMORY, openAccountsDatabase } from "./database.ts";
import { parseRepositoryGlob } from "../glob.ts";
import { type CiRule, parseCiRule } from "./oidc/rule.ts";
import { type Action, ACTIONS, type Grant, type Rights, rightsOf } from "./rights.ts";

export type AccountKind = "anonymous" | "user" | "robot" | "ci";

/** The account whose rights everybody has. It can only be given `pull`. */
export const ANONYMOUS = "anonymous";

export interface Account {
  readonly id: number;
  readonly name: string;
  readonly kind: AccountKind;
  /** Goes up with each new password; tokens name the one they were made under. */
  readonly version: number;
  /** Milliseconds since the epoch. Undefined: has no end. */
  readonly expiresAt: number | undefined;
  readonly quotaBytes: number | undefined;
  /** Who may act as this account without a password; of kind `ci` only. */
  readonly rule: CiRule | undefined;
  readonly madeAt: number;
  readonly grants: readonly Grant[];
  readonly may: Rights;
}

export interface NewAccount {
  readonly name: string;
  readonly kind: AccountKind;
  readonly grants: readonly Grant[];
  /** As `encodePassword` or `makeSecret` made it. */
  readonly secret?: string;
  readonly expiresAt?: number;
  readonly rule?: CiRule;
}

/** The accounts of one data folder. Reading is from memory, and looks first whether another process has changed anything. */
export interface Accounts {
  readonly database: Database;
  all(): readonly Account[];
  find(name: string): Account | undefined;
  byId(id: number): Account | undefined;
  secretOf(account: Account): string | undefined;
  /** @throws INPUT_INVALID when the name is taken or none */
  add(account: NewAccount): Account;
  /** Adds rights; those for the same pattern grow. @throws INPUT_NOT_FOUND, INPUT_INVALID */
  grant(name: string, grants: readonly Grant[]): Account;
  /** Takes rights, at once: those of a pattern, or all. @throws INPUT_NOT_FOUND */
  revoke(name: string, pattern: string | undefined, actions: readonly Action[]): Account;
  /** A new password; tokens of the old one no longer count. */
  setSecret(name: string, secret: string): Account;
  /** The same password, kept in another way. Nothing happens when it was changed meanwhile. */
  rehash(account: Account, before: string, after: string): void;
  setQuota(name: string, quotaBytes: number | undefined): Account;
  /** All that was given out no longer counts. @throws INPUT_NOT_FOUND */
  remove(name: string): void;
  /** What the changes inside would come to, without making them. */
  rehearse<Result>(work: () => Result): Result;
  close(): void;
}

/** No `:`, which ends a name in Basic, and nothing that needs quoting in a shell. */
const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

const actionsOf = (text: string): readonly Action[] => ACTIONS.filter((action) => text.split(",").includes(action));

const requireGrants = (kind: AccountKind, grants: readonly Grant[]): void => {
  for (const { pattern, actions } of grants) {
    parseRepositoryGlob(pattern);
    if (actions.length === 0) throw new SeaworthyError("INPUT_INVALID", `the right to ${pattern} holds no action`);
    if (kind === "anonymous" && actions.some((action) => action !== "pull"))
      throw new SeaworthyError("INPUT_INVALID", `${ANONYMOUS} may only be given pull: who pushes or deletes has a name`);
  }
};

const accountOf = (row: Row, grants: readonly Grant[]): Account => ({
  id: numberOf(row, "id"),
  name: textOf(row, "name"),
  kind: textOf(row, "kind") as AccountKind,
  version: numberOf(row, "version"),
  expiresAt: row["expires_at"] === null ? undefined : numberOf(row, "expires_at"),
  quotaBytes: row["quota_bytes"] === null ? undefined : numberOf(row, "quota_bytes"),
  rule: row["rule"] === null ? undefined : parseCiRule(textOf(row, "rule")),
  madeAt: numberOf(row, "made_at"),
  grants,
  may: rightsOf(grants),
});

interface Snapshot {
  readonly names: ReadonlyMap<string, Account>;
  readonly ids: ReadonlyMap<number, Account>;
  readonly version: number;
}

const takeSnapshot = (database: Database, version: number): Snapshot => {
  const grants = new Map<number, Grant[]>();
  for (const row of database.all("SELECT account_id, pattern, actions FROM account_grant ORDER BY pattern")) {
    const of = grants.get(numberOf(row, "account_id")) ?? [];
    of.push({ pattern: textOf(row, "pattern"), actions: actionsOf(textOf(row, "actions")) });
    grants.set(numberOf(row, "account_id"), of);
  }
  const accounts = database
    .all("SELECT id, name, kind, version, expires_at, quota_bytes, rule, made_at FROM account ORDER BY name")
    .map((row) => accountOf(row, grants.get(numberOf(row, "id")) ?? []));
  return { names: new Map(accounts.map((one) => [one.name, one])), ids: new Map(accounts.map((one) => [one.id, one])), version };
};

/**
 * Opens or makes `accounts.sqlite` of a registry's data folder. The registry may be serving it meanwhile.
 * @param dataFolder undefined for accounts that nobody will ever use: a rehearsal where there are none yet
 * @throws PERMISSION_DENIED, DISK_FULL, STATE_NEEDS_PERSON
 */
export const openAccounts = (dataFolder: string | undefined, clock: Clock): Accounts => {
  const database = openAccountsDatabase(dataFolder === undefined ? IN_MEMORY : join(dataFolder, "accounts.sqlite"));
  let snapshot: Snapshot | undefined;
  const current = (): Snapshot => {
    // https://sqlite.org/pragma.html#pragma_data_version: moves when another connection has committed.
    const version = numberOf(database.one("PRAGMA data_version") ?? {}, "data_version");
    if (snapshot?.version !== version) snapshot = takeSnapshot(database, version);
    return snapshot;
  };
  let rehearsing = false;
  const changing = <Result>(work: () => Result): Result => {
    try {
      return rehearsing ? work() : database.transaction(work);
    } finally {
      snapshot = undefined;
    }
  };
  const require = (name: string): Account => {
    const account = current().names.get(name);
    if (account === undefined)
      throw new SeaworthyError("INPUT_NOT_FOUND", `the registry has no account ${name.slice(0, 80)}`, {
        hint: "seaworthy registry users list",
      });
    return account;
  };
  const putGrants = (id: number, grants: readonly Grant[]): void => {
    for (const { pattern, actions } of grants)
      database.run(
        "INSERT INTO account_grant (account_id, pattern, actions) VALUES (?, ?, ?) ON CONFLICT (account_id, pattern) DO UPDATE SET actions = excluded.actions",
        id,
        pattern,
        actions.join(","),
      );
  };
  const merged = (account: Account, grants: readonly Grant[]): readonly Grant[] =>
    grants.map(({ pattern, actions }) => {
      const had = account.grants.find((grant) => grant.pattern === pattern)?.actions ?? [];
      return { pattern, actions: ACTIONS.filter((action) => had.includes(action) || actions.includes(action)) };
    });

  const add = ({ name, kind, grants, secret, expiresAt, rule }: NewAccount): Account => {
    if (!NAME.test(name) || (name === ANONYMOUS) !== (kind === "anonymous"))
      throw new SeaworthyError("INPUT_INVALID", `"${name.slice(0, 80)}" cannot be the name of an account`, {
        hint: "1 to 64 lower-case letters, digits, and . _ - between them.",
      });
    requireGrants(kind, grants);
    changing(() => {
      const taken = database.one("SELECT 1 FROM account WHERE name = ?", name);
      if (taken !== undefined) throw new SeaworthyError("INPUT_INVALID", `there is an account ${name} already`);
      database.run(
        "INSERT INTO account (name, kind, secret, expires_at, rule, made_at) VALUES (?, ?, ?, ?, ?, ?)",
        name,
        kind,
        secret ?? null,
        expiresAt ?? null,
        rule === undefined ? null : JSON.stringify(rule),
        clock.now(),
      );
      putGrants(numberOf(database.one("SELECT id FROM account WHERE name = ?", name) ?? {}, "id"), grants);
    });
    return require(name);
  };

  return {
    database,
    all: () => [...current().names.values()],
    find: (name) => current().names.get(name),
    byId: (id) => current().ids.get(id),
    secretOf: ({ id }) => {
      const secret = database.one("SELECT secret FROM account WHERE id = ?", id)?.["secret"];
      return typeof secret === "string" ? secret : undefined;
    },
    add,
    grant: (name, grants) => {
      if (name === ANONYMOUS && current().names.get(name) === undefined) return add({ name, kind: "anonymous", grants });
      requireGrants(require(name).kind, grants);
      changing(() => putGrants(require(name).id, merged(require(name), grants)));
      return require(name);
    },
    revoke: (name, pattern, actions) => {
      const account = require(name);
      if (pattern !== undefined && !account.grants.some((grant) => grant.pattern === pattern))
        throw new SeaworthyError("INPUT_NOT_FOUND", `${name} has no right for the pattern "${pattern.slice(0, 80)}"`, {
          hint: `Its patterns: ${account.grants.map((grant) => grant.pattern).join(" ") || "none"}`,
        });
      changing(() => {
        for (const grant of account.grants) {
          if (pattern !== undefined && grant.pattern !== pattern) continue;
          const left = grant.actions.filter((action) => !actions.includes(action));
          if (left.length > 0) putGrants(account.id, [{ pattern: grant.pattern, actions: left }]);
          else database.run("DELETE FROM account_grant WHERE account_id = ? AND pattern = ?", account.id, grant.pattern);
        }
      });
      return require(name);
    },
    setSecret: (name, secret) => {
      const { id } = require(name);
      changing(() => database.run("UPDATE account SET secret = ?, version = version + 1 WHERE id = ?", secret, id));
      return require(name);
    },
    rehash: ({ id }, before, after) => {
      changing(() => database.run("UPDATE account SET secret = ? WHERE id = ? AND secret = ?", after, id, before));
    },
    setQuota: (name, quotaBytes) => {
      const { id } = require(name);
      changing(() => database.run("UPDATE account SET quota_bytes = ? WHERE id = ?", quotaBytes ?? null, id));
      return require(name);
    },
    remove: (name) => {
      const { id } = require(name);
      changing(() => database.run("DELETE FROM account WHERE id = ?", id));
    },
    rehearse: (work) => {
      const results: ReturnType<typeof work>[] = [];
      const end = new Error("end of the rehearsal");
      rehearsing = true;
      try {
        database.transaction(() => {
          results.push(work());
          throw end;
        });
      } catch (error) {
        if (error !== end) throw error;
      } finally {
        rehearsing = false;
        snapshot = undefined;
      }
      const [result] = results;
      return result as ReturnType<typeof work>;
    },
    close: () => database.close(),
  };
};
