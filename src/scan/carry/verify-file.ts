import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { SeaworthyError, wordsOf } from "../../core/index.ts";
import { sha256Of } from "../database/digest.ts";
import { readEndOfLife } from "../database/endoflife.ts";
import { EPSS_SCHEMA } from "../database/epss.ts";
import { readExploited } from "../database/exploited.ts";
import type { filesOf } from "../database/manifest.ts";
import { SEVERITIES_SCHEMA } from "../database/severities.ts";
import { SHARD_SCHEMA } from "../database/shard.ts";

export type NamedFile = ReturnType<typeof filesOf>[number];

/** What all advisories say of one package: about a megabyte for the kernel of a distribution. */
const MAX_ROW_BYTES = 64 * 1024 * 1024;
const OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";

const objectsOf = (schema: string): string => {
  using database = new DatabaseSync(":memory:");
  database.exec(schema);
  return JSON.stringify(database.prepare(OBJECTS).all());
};

/** A file that somebody else made may hold views and triggers that answer for its tables: it has ours and nothing else, or it is refused. */
const verifyTables = (path: string, schema: string): void => {
  using database = new DatabaseSync(path, { readOnly: true });
  database.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;");
  if (JSON.stringify(database.prepare(OBJECTS).all()) !== objectsOf(schema))
    throw new Error("its tables are others than those of advisories");
  const [answer] = database.prepare("PRAGMA quick_check(1)").all();
  if (answer?.["quick_check"] !== "ok") throw new Error("it is damaged");
};

/** Rows are read whole. */
const verifyShard = (path: string): void => {
  verifyTables(path, SHARD_SCHEMA);
  using database = new DatabaseSync(path, { readOnly: true });
  for (const [table, column] of [
    ["package", "affected"],
    ["advisory", "body"],
  ])
    if (database.prepare(`SELECT 1 FROM ${table} WHERE octet_length(${column}) > ?`).get(MAX_ROW_BYTES) !== undefined)
      throw new Error(`what it says of one ${table} has more than ${MAX_ROW_BYTES} bytes`);
};

/** Holds a file that came from elsewhere to what the list of its database says of it. @throws INPUT_INVALID */
export const verifyFile = async (path: string, { of, file, sha256, sizeBytes }: NamedFile, where: string): Promise<void> => {
  const refuse = (why: string, cause?: unknown): SeaworthyError =>
    new SeaworthyError("INPUT_INVALID", `${where}: ${file} ${why}`, {
      hint: "Nothing was changed. Make or fetch it anew.",
      ...(cause === undefined ? {} : { cause }),
    });
  if (statSync(path).size !== sizeBytes || (await sha256Of(path)) !== sha256) throw refuse("is not what its digest says");
  try {
    if (of === "exploited") readExploited(path);
    else if (of === "endoflife") readEndOfLife(path);
    else if (of === "epss" || of === "severities") verifyTables(path, of === "epss" ? EPSS_SCHEMA : SEVERITIES_SCHEMA);
    else verifyShard(path);
  } catch (error) {
    throw refuse(`cannot be used: ${wordsOf(error)}`, error);
  }
};
