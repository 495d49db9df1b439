import { DatabaseSync } from "node:sqlite";
import { SeaworthyError, wordsOf } from "../../core/index.ts";
import type { Advisory, Affected } from "../advisories/advisory.ts";

/** Bodies are JSON: they are read whole or not at all. */
export const SHARD_SCHEMA = `
CREATE TABLE advisory (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE TABLE affected (
  name TEXT NOT NULL,
  advisory INTEGER NOT NULL,
  part INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (name, advisory, part)
) WITHOUT ROWID;
`;

/** As it stands in a shard: the ecosystem is the shard's, the name the row's. */
export type StoredAffected = Omit<Affected, "ecosystem" | "name">;

export interface Known {
  readonly advisory: Advisory;
  readonly affected: StoredAffected;
}

/** Advisories of one ecosystem, asked for by package. */
export interface OpenShard extends Disposable {
  /** Of a package by its canonical name. */
  find(name: string): readonly Known[];
}

/** @throws INPUT_INVALID when the file is no shard */
export const openShard = (path: string): OpenShard => {
  const broken = (error: unknown): SeaworthyError =>
    new SeaworthyError("INPUT_INVALID", `the advisories in ${path} cannot be read: ${wordsOf(error)}`, {
      cause: error,
      hint: "Fetch or build the database anew.",
    });
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    const statement = database.prepare(
      "SELECT advisory.body AS advisory, affected.body AS affected FROM affected JOIN advisory ON advisory.n = affected.advisory WHERE affected.name = ?",
    );
    return {
      find: (name) => {
        try {
          return statement.all(name).map((row) => ({
            advisory: JSON.parse(String(row["advisory"])) as Advisory,
            affected: JSON.parse(String(row["affected"])) as StoredAffected,
          }));
        } catch (error) {
          throw broken(error);
        }
      },
      [Symbol.dispose]: () => database.close(),
    };
  } catch (error) {
    throw broken(error);
  }
};
