import { type Digest, parseDigest } from "../../core/index.ts";
import type { Accounts } from "../auth/index.ts";
import { numberOf, textOf } from "../store/database.ts";
import type { Usage } from "../store/usage.ts";

/** What each account has pushed and the registry still keeps. */
export interface AccountStorage {
  /** Undefined: the account has no quota. */
  quotaOf(name: string): number | undefined;
  bytesOf(name: string): number;
  took(name: string, repository: string, digest: Digest, size: number): void;
  /** Forgets what was deleted since; asked before anybody is refused. */
  reconcile(name: string): void;
}

/** One row for each blob that an account with a quota pushed, beside the accounts: a name that comes again begins with nothing. */
export const createAccountStorage = (accounts: Accounts, usage: Usage): AccountStorage => {
  const { database } = accounts;
  return {
    quotaOf: (name) => accounts.find(name)?.quotaBytes,
    bytesOf: (name) =>
      numberOf(
        database.one("SELECT sum(size) AS bytes FROM pushed_blob WHERE account_id = (SELECT id FROM account WHERE name = ?)", name) ?? {},
        "bytes",
      ),
    took: (name, repository, digest, size) => {
      database.run(
        "INSERT INTO pushed_blob (account_id, repository, digest, size) SELECT id, ?2, ?3, ?4 FROM account WHERE name = ?1 ON CONFLICT DO NOTHING",
        name,
        repository,
        digest,
        size,
      );
    },
    reconcile: (name) => {
      const rows = database.all(
        "SELECT account_id, repository, digest FROM pushed_blob WHERE account_id = (SELECT id FROM account WHERE name = ?)",
        name,
      );
      const gone = rows.filter((row) => !usage.holds(textOf(row, "repository"), parseDigest(textOf(row, "digest"))));
      database.transaction(() => {
        for (const row of gone)
          database.run(
            "DELETE FROM pushed_blob WHERE account_id = ? AND repository = ? AND digest = ?",
            numberOf(row, "account_id"),
            textOf(row, "repository"),
            textOf(row, "digest"),
          );
      });
    },
  };
};
