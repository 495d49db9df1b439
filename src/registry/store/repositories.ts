import { Refusal } from "../refusal.ts";
import { type Database, numberOf, textOf } from "./database.ts";

/** Makes the repository when it is new. Inside a transaction only. */
export const repositoryId = (database: Database, name: string): number => {
  database.run("INSERT INTO repository (name) VALUES (?) ON CONFLICT DO NOTHING", name);
  return requireRepositoryId(database, name);
};

/** @throws NAME_UNKNOWN */
export const requireRepositoryId = (database: Database, name: string): number => {
  const row = database.one("SELECT id FROM repository WHERE name = ?", name);
  if (row === undefined) throw new Refusal(404, "NAME_UNKNOWN", `there is no repository ${name}`);
  return numberOf(row, "id");
};

/** Names after `last`, in byte order, of repositories that hold a manifest. */
export const listRepositories = (database: Database, last: string, count: number): readonly string[] =>
  database
    .all(
      "SELECT name FROM repository r WHERE name > ? AND EXISTS (SELECT 1 FROM manifest m WHERE m.repository_id = r.id) ORDER BY name LIMIT ?",
      last,
      count,
    )
    .map((row) => textOf(row, "name"));
