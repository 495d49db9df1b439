import { formatByteSize } from "../../core/index.ts";
import { agesOf, readManifest, staleWords } from "../../scan/index.ts";
import { type AgeFlags, agePolicy, scanSettings } from "../advisory-age.ts";
import { advisoryFolder } from "../advisory-folder.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { ago, table } from "../render/table.ts";

export interface Flags extends OutputFlags, AgeFlags {
  readonly db?: string;
}

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const folder = advisoryFolder(context, flags.db);
  const rule = agePolicy(scanSettings(context), flags);
  const manifest = readManifest(folder);
  if (manifest === undefined)
    return {
      exit: 0,
      human: `there are no advisories in ${folder}: seaworthy db update fetches them, seaworthy db build FILE... makes them from OSV records`,
      json: { schema: "seaworthy/db-status@1", folder, shards: {}, sources: [] },
    };
  const now = Date.now();
  const ages = agesOf(manifest, { now, maxAgeMs: rule.maxAgeMs });
  const stale = staleWords(ages, rule);
  const rows = Object.entries(manifest.shards).map(([ecosystem, { advisories, packages, sizeBytes, newest = "" }]) => [
    ecosystem,
    String(advisories),
    String(packages),
    formatByteSize(sizeBytes),
    newest.slice(0, 10),
  ]);
  const sources = ages.map(({ source, asOf, ageMs, from, stale: isStale }) => [
    source,
    `${asOf.slice(0, 16).replace("T", " ")} UTC`,
    `${ago(0, ageMs)}${isStale ? ", stale" : ""}`,
    from,
  ]);
  return {
    exit: 0,
    human: [
      table([["ecosystem", "advisories", "packages", "size", "newest"], ...rows]),
      "",
      table([["source", "as of", "age", "from"], ...sources]),
      "",
      `built ${ago(manifest.builtAt, now)}, in ${folder}`,
      ...(stale.length === 0 ? [] : [`${stale.length} of ${ages.length} sources are stale: seaworthy db update fetches newer ones`]),
    ].join("\n"),
    json: {
      schema: "seaworthy/db-status@1",
      folder,
      builtAt: new Date(manifest.builtAt).toISOString(),
      shards: manifest.shards,
      sources: ages,
      stale: stale.length > 0,
      ...(manifest.exploited === undefined ? {} : { exploited: manifest.exploited }),
      ...(manifest.epss === undefined ? {} : { epss: manifest.epss }),
      ...(manifest.endoflife === undefined ? {} : { endoflife: manifest.endoflife }),
    },
  };
});
