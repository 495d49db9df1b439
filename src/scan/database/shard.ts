import type { Advisory, Affected } from "../advisories/advisory.ts";
import { openTable, type Table } from "./table.ts";

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
  /** Parsed when it is asked for: most of what is looked up does not hold for the version. */
  readonly advisory: () => Advisory;
  readonly affected: StoredAffected;
}

/** Advisories of one ecosystem, asked for by a package's canonical name. */
export type OpenShard = Table<readonly Known[]>;

const QUESTION =
  "SELECT advisory.body AS advisory, affected.body AS affected FROM affected JOIN advisory ON advisory.n = affected.advisory WHERE affected.name = ?";

/** @throws INPUT_INVALID when the file is no shard */
export const openShard = (path: string): OpenShard =>
  openTable(path, QUESTION, (rows) =>
    rows.map((row) => ({
      advisory: () => JSON.parse(String(row["advisory"])) as Advisory,
      affected: JSON.parse(String(row["affected"])) as StoredAffected,
    })),
  );
