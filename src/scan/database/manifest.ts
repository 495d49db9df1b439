import { join } from "node:path";
import * as v from "valibot";
import { hasCode, isSeaworthyError, readTextFile, SeaworthyError, wordsOf } from "../../core/index.ts";

export const MANIFEST_FILE = "advisories.json";
export const DATABASE_SCHEMA = "seaworthy/advisories@3";

const MAX_NAME = 300;

const name = v.pipe(v.string(), v.maxLength(MAX_NAME));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Names of the database's files hold the beginning of their digest, so that one never becomes another. */
const file = (pattern: RegExp) => ({
  file: v.pipe(v.string(), v.maxLength(MAX_NAME), v.regex(pattern)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  sizeBytes: count,
});

const SHARD = v.object({
  ...file(/^[a-z0-9][a-z0-9.-]*\.sqlite$/),
  advisories: count,
  packages: count,
  /** `modified` of its newest advisory. */
  newest: v.optional(name),
});

const side = (pattern: RegExp) =>
  v.optional(
    v.object({
      ...file(pattern),
      count,
      /** As its publisher dates it. */
      date: v.optional(name),
    }),
  );

/** Where something came from, and what day it shows. Times are milliseconds since the epoch. */
const ORIGIN = v.object({
  /** Address or file. */
  from: v.pipe(v.string(), v.maxLength(2000)),
  /** It was taken in. */
  fetchedAt: count,
  /** It is as its publisher had it then: when he was asked, or, of files whose age nobody tells, of the newest that is in them. */
  asOf: count,
  /** Of the bulk file, as its server named it. */
  etag: v.optional(name),
  /** `modified` of the newest change that was taken in, which the list of changes is read down to. */
  newest: v.optional(name),
});

const MANIFEST = v.object({
  schema: v.literal(DATABASE_SCHEMA),
  /** Milliseconds since the epoch. */
  builtAt: count,
  /** By ecosystem as OSV names it (`npm`, `Debian:12`). */
  shards: v.record(name, SHARD),
  /** By the bulk file (`npm`, `Debian`), and `exploited`, `epss`, `endoflife`. */
  sources: v.record(name, ORIGIN),
  severities: side(/^severities-[0-9a-f]{12}\.sqlite$/),
  exploited: side(/^exploited-[0-9a-f]{12}\.json$/),
  epss: side(/^epss-[0-9a-f]{12}\.sqlite$/),
  endoflife: side(/^endoflife-[0-9a-f]{12}\.json$/),
  /** Files of editions before this one, and since when nothing names them: who opened that edition may still want them. */
  retired: v.optional(v.record(name, count)),
});

/** One file of advisories: those of an ecosystem, or of one release of a distribution. */
export type Shard = Readonly<v.InferOutput<typeof SHARD>>;
export type Origin = Readonly<v.InferOutput<typeof ORIGIN>>;
/** A file beside the shards. */
export type SideFile = Readonly<NonNullable<v.InferOutput<ReturnType<typeof side>>>>;

/** What a folder of advisories holds. */
export type Manifest = Readonly<v.InferOutput<typeof MANIFEST>>;

export const SIDES = ["severities", "exploited", "epss", "endoflife"] as const;

/** Every file that a manifest names, with its digest. */
export const filesOf = (manifest: Manifest): readonly (Pick<Shard, "file" | "sha256" | "sizeBytes"> & { readonly of: string })[] => [
  ...Object.entries(manifest.shards).map(([of, { file: path, sha256, sizeBytes }]) => ({ of, file: path, sha256, sizeBytes })),
  ...SIDES.flatMap((of) => {
    const one = manifest[of];
    return one === undefined ? [] : { of, file: one.file, sha256: one.sha256, sizeBytes: one.sizeBytes };
  }),
];

const OF_SOME_FORM = v.object({
  schema: v.pipe(v.string(), v.maxLength(MAX_NAME), v.regex(/^seaworthy\/advisories@\d+$/)),
  sources: v.optional(v.record(name, v.unknown()), {}),
});

/** @throws INPUT_INVALID when it is not readable as one; `where` is for the message */
export const parseManifest = (text: string, where: string): Manifest => {
  try {
    const list: unknown = JSON.parse(text);
    const { success, output } = v.safeParse(OF_SOME_FORM, list);
    if (success && output.schema !== DATABASE_SCHEMA)
      throw new SeaworthyError("INPUT_INVALID", `${where} is of the form ${output.schema}, and this version reads ${DATABASE_SCHEMA}`, {
        hint: "Another version of Seaworthy made it. Make it anew: seaworthy db update fetches advisories, seaworthy db build FILE... makes them from OSV records; what was carried over is exported anew by this version.",
      });
    return v.parse(MANIFEST, list);
  } catch (error) {
    if (isSeaworthyError(error)) throw error;
    throw new SeaworthyError("INPUT_INVALID", `${where} is no list of advisories that this version reads: ${wordsOf(error)}`, {
      cause: error,
      hint: "Fetch or build the database anew.",
    });
  }
};

/** Undefined when the folder has none. @throws INPUT_INVALID when it is not readable as one */
export const readManifest = (folder: string): Manifest | undefined => {
  const path = join(folder, MANIFEST_FILE);
  try {
    return parseManifest(readTextFile(path), path);
  } catch (error) {
    if (hasCode(error, "INPUT_NOT_FOUND")) return undefined;
    throw error;
  }
};

/** Names of the sources of a folder whose list another version wrote: what is made anew has them too. None where there is no such list. */
export const sourcesOfAnother = (folder: string): readonly string[] => {
  try {
    return Object.keys(v.parse(OF_SOME_FORM, JSON.parse(readTextFile(join(folder, MANIFEST_FILE)))).sources);
  } catch {
    return [];
  }
};
