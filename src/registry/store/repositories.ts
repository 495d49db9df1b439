import { Refusal } from "../refusal.ts";
import { type Database, numberOf, textOf } from "./database.ts";

/** `local`: filled by pushes. `mirror`: filled from an upstream, and by nothing else. */
export type RepositoryKind = "local" | "mirror";

const foreign = (name: string, found: string): Refusal =>
  found === "mirror"
    ? new Refusal(403, "DENIED", `${name} mirrors an upstream registry and takes no pushes; push under another name`)
    : new Refusal(403, "DENIED", `${name} was pushed here; it cannot be filled from an upstream registry too`);

/** Makes the repository when it is new. Inside a transaction only. @throws DENIED when it is of the other kind */
export const repositoryId = (database: Database, name: string, kind: RepositoryKind): number => {
  database.run("INSERT INTO repository (name, kind) VALUES (?, ?) ON CONFLICT DO NOTHING", name, kind);
  const row = database.one("SELECT id, kind FROM repository WHERE name = ?", name);
  if (row === undefined || row["kind"] !== kind) throw foreign(name, row === undefined ? kind : textOf(row, "kind"));
  return numberOf(row, "id");
};

/** @throws NAME_UNKNOWN */
export const requireRepositoryId = (database: Database, name: string): number => {
  const row = database.one("SELECT id FROM repository WHERE name = ?", name);
  if (row === undefined) throw new Refusal(404, "NAME_UNKNOWN", `there is no repository ${name}`);
  return numberOf(row, "id");
};

/** Undefined when nothing was ever pushed or mirrored under this name. */
export const kindOfRepository = (database: Database, name: string): RepositoryKind | undefined => {
  const row = database.one("SELECT kind FROM repository WHERE name = ?", name);
  return row === undefined ? undefined : row["kind"] === "mirror" ? "mirror" : "local";
};

/** Names after `last`, in byte order, of repositories that hold a manifest. */
export const listRepositories = (database: Database, last: string, count: number): readonly string[] =>
  database
    .all(
      "SELECT name FROM repository r WHERE name > ? AND EXISTS (SELECT 1 FROM manifest m WHERE m.repository_id = r.id AND m.deleted_at IS NULL) ORDER BY name LIMIT ?",
      last,
      count,
    )
    .map((row) => textOf(row, "name"));
