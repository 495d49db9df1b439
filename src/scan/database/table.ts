import { DatabaseSync, type StatementSync } from "node:sqlite";
import { SeaworthyError, wordsOf } from "../../core/index.ts";

/** One file of the database, opened for questions by one key each. */
export interface TableFile extends Disposable {
  /** @throws INPUT_INVALID when the file has no answer to it */
  ask<T>(sql: string, read: (rows: ReturnType<StatementSync["all"]>) => T): (key: string | number) => T;
}

/** Rows of one file of the database, asked for by one key. */
export interface Table<T> extends Disposable {
  find(key: string): T;
}

/** What is not as a file of this database is: it may have been carried over from anywhere. */
export const broken = (path: string, error: unknown): SeaworthyError =>
  new SeaworthyError("INPUT_INVALID", `the advisories in ${path} cannot be read: ${wordsOf(error)}`, {
    cause: error,
    hint: "Fetch or build the database anew.",
  });

/** @throws INPUT_INVALID */
export const openFile = (path: string): TableFile => {
  const orBroken = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw broken(path, error);
    }
  };
  const database = orBroken(() => new DatabaseSync(path, { readOnly: true }));
  // One lock for all questions: a lock for each costs as much as its answer. Nobody writes to these files; their names hold their digests.
  orBroken(() => database.exec("BEGIN"));
  return {
    ask: (sql, read) => {
      const statement = orBroken(() => database.prepare(sql));
      return (key) => orBroken(() => read(statement.all(key)));
    },
    [Symbol.dispose]: () => database.close(),
  };
};

/** Opens a file for one question. @throws INPUT_INVALID when the file has no answer to it */
export const openTable = <T>(path: string, sql: string, read: (rows: ReturnType<StatementSync["all"]>) => T): Table<T> => {
  const file = openFile(path);
  return { find: file.ask(sql, read), [Symbol.dispose]: file[Symbol.dispose] };
};
