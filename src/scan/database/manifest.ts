import { join } from "node:path";
import * as v from "valibot";
import { hasCode, readTextFile, SeaworthyError, wordsOf } from "../../core/index.ts";

export const MANIFEST_FILE = "advisories.json";
export const DATABASE_SCHEMA = "seaworthy/advisories@1";

const SHARD = v.object({
  file: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]*\.sqlite$/)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  sizeBytes: v.number(),
  advisories: v.number(),
  packages: v.number(),
  newest: v.optional(v.string()),
});

const EXPLOITED = v.object({
  file: v.pipe(v.string(), v.regex(/^exploited-[0-9a-f]{12}\.json$/)),
  count: v.number(),
  /** As it was published. */
  date: v.string(),
});

const MANIFEST = v.object({
  schema: v.literal(DATABASE_SCHEMA),
  /** Milliseconds since the epoch. */
  builtAt: v.number(),
  shards: v.record(v.string(), SHARD),
  exploited: v.optional(EXPLOITED),
});

/** One file of advisories: those of an ecosystem, or of one release of a distribution. */
export type Shard = Readonly<v.InferOutput<typeof SHARD>>;

/** What a folder of advisories holds, by ecosystem as OSV names it (`npm`, `Debian:12`). */
export interface Manifest {
  readonly schema: typeof DATABASE_SCHEMA;
  readonly builtAt: number;
  readonly shards: Readonly<Record<string, Shard>>;
  /** CVEs that are known to be exploited; absent where nobody said. */
  readonly exploited?: Readonly<v.InferOutput<typeof EXPLOITED>> | undefined;
}

/** Undefined when the folder has none. @throws INPUT_INVALID when it is not readable as one */
export const readManifest = (folder: string): Manifest | undefined => {
  const path = join(folder, MANIFEST_FILE);
  try {
    return v.parse(MANIFEST, JSON.parse(readTextFile(path)));
  } catch (error) {
    if (hasCode(error, "INPUT_NOT_FOUND")) return undefined;
    throw new SeaworthyError("INPUT_INVALID", `${path} is no list of advisories that this version reads: ${wordsOf(error)}`, {
      cause: error,
      hint: "Fetch or build the database anew.",
    });
  }
};
