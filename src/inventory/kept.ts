import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import * as v from "valibot";
import { canonicalJson, type Digest, digestOf, hexOf, type Json, writeFileAtomic } from "../core/index.ts";
import type { Inventory } from "./inventory.ts";

/** Inventories that are kept; a host runs some tens of images. */
const MOST_KEPT = 200;
/** Of the largest images known some 30 MB. */
const MAX_BYTES = 256 * 1024 * 1024;
const SCHEMA = "seaworthy/kept-inventory@1";

/** As deep as it matters for whoever reads it: the file is this host's own. */
const STORED = v.object({
  schema: v.literal(SCHEMA),
  inventory: v.looseObject({
    packages: v.array(v.looseObject({ type: v.string(), name: v.string(), version: v.string(), purl: v.string(), path: v.string() })),
    blindSpots: v.array(v.string()),
  }),
});

/** Inventories of images that were read, by what they depend on. What an image holds does not change, so only advisories have to be looked up again. */
export interface InventoryCache {
  find(key: Digest): Inventory | undefined;
  keep(key: Digest, inventory: Inventory): void;
}

/** The image by its digest, and whatever else another inventory could come from: the version of this tool. */
export const inventoryKey = (parts: Json): Digest => digestOf(canonicalJson(parts));

const isStored = (value: unknown): value is { readonly inventory: Inventory } => v.is(STORED, value);

/** A file that is not whole is as good as none. */
export const openInventoryCache = (folder: string): InventoryCache => {
  const pathOf = (key: Digest): string => join(folder, `${hexOf(key)}.json.gz`);
  return {
    find: (key) => {
      try {
        const stored: unknown = JSON.parse(gunzipSync(readFileSync(pathOf(key)), { maxOutputLength: MAX_BYTES }).toString("utf8"));
        return isStored(stored) ? stored.inventory : undefined;
      } catch {
        return undefined;
      }
    },
    keep: (key, inventory) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const oldest = readdirSync(folder)
        .filter((name) => name.endsWith(".json.gz"))
        .map((name) => ({ name, at: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
        .toSorted((a, b) => b.at - a.at)
        .slice(MOST_KEPT - 1);
      for (const { name } of oldest) rmSync(join(folder, name), { force: true });
      writeFileAtomic(pathOf(key), gzipSync(JSON.stringify({ schema: SCHEMA, inventory }), { level: 1 }), 0o600);
    },
  };
};
