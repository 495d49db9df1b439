import type { Advisory } from "../advisories/advisory.ts";
import { type Known, unpack } from "./packed.ts";
import { openFile } from "./table.ts";

/** What all advisories say of a package is one text (packed.ts), read whole. Their bodies are JSON, read for those that hold. */
export const SHARD_SCHEMA = `
CREATE TABLE advisory (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE TABLE package (name TEXT NOT NULL PRIMARY KEY, affected TEXT NOT NULL) WITHOUT ROWID;
`;

/** Advisories of one ecosystem. */
export interface OpenShard extends Disposable {
  /** By a package's canonical name. @throws INPUT_INVALID */
  find(name: string): readonly Known[];
  /** @throws INPUT_INVALID */
  advisory(n: number): Advisory;
}

/** @throws INPUT_INVALID when the file is no shard */
export const openShard = (path: string): OpenShard => {
  const file = openFile(path);
  const find = file.ask("SELECT affected FROM package WHERE name = ?", ([row]) =>
    row === undefined ? [] : unpack(String(row["affected"])),
  );
  const read = file.ask("SELECT body FROM advisory WHERE n = ?", ([row]) => JSON.parse(String(row?.["body"])) as Advisory);
  /** One advisory of a distribution is about many packages. */
  const known = new Map<number, Advisory>();
  return {
    find,
    advisory: (n) => {
      const advisory = known.get(n) ?? read(n);
      known.set(n, advisory);
      return advisory;
    },
    [Symbol.dispose]: file[Symbol.dispose],
  };
};
