import { DatabaseSync, type StatementSync } from "node:sqlite";
import { SeaworthyError, wordsOf } from "../../core/index.ts";

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

/** Opens a file for one question. @throws INPUT_INVALID when the file has no answer to it */
export const openTable = <T>(path: string, sql: string, read: (rows: ReturnType<StatementSync["all"]>) => T): Table<T> => {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    // One lock for all questions: a lock for each costs as much as its answer. Nobody writes to these files; their names hold their digests.
    database.exec("BEGIN");
    const statement = database.prepare(sql);
    return {
      find: (key) => {
        try {
          return read(statement.all(key));
        } catch (error) {
          throw broken(path, error);
        }
      },
      [Symbol.dispose]: () => database.close(),
    };
  } catch (error) {
    throw broken(path, error);
  }
};
