import { join } from "node:path";
import { existsSync, readFileSync } from "node:fs";
import * as v from "valibot";
import { type Digest, digestOf, hasCode, hexOf, writeFileAtomic } from "../core/index.ts";
import type { SignatureStore, StoredManifest } from "./signature-store.ts";

const REMEMBERED = v.object({ mediaType: v.string(), bytes: v.string() });

/**
 * A store that keeps a copy of the signatures it reads in a folder, and with `fallback` answers from there what the registry has lost, or cannot be asked for.
 * A copy counts for no more than the original: whoever reads it checks it against keys and digest all the same. The folder is one image's.
 */
export const rememberingStore = (store: SignatureStore, folder: string, { fallback }: { readonly fallback: boolean }): SignatureStore => {
  const manifestPath = join(folder, "manifest.json");
  const blobPath = (digest: Digest): string => join(folder, `${hexOf(digest)}.blob`);

  const recalled = (): StoredManifest | undefined => {
    if (!existsSync(manifestPath)) return undefined;
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), REMEMBERED), readFileSync(manifestPath, "utf8"));
    return read.success ? { mediaType: read.output.mediaType, bytes: Buffer.from(read.output.bytes, "base64") } : undefined;
  };
  const recalledBlob = (digest: Digest): Uint8Array | undefined => {
    if (!existsSync(blobPath(digest))) return undefined;
    const bytes = readFileSync(blobPath(digest));
    return digestOf(bytes) === digest ? bytes : undefined;
  };

  const orRecalled = async <Found>(
    ask: Promise<Found | undefined>,
    recall: () => Found | undefined,
    remember: (found: Found) => void,
  ): Promise<Found | undefined> => {
    try {
      const found = await ask;
      if (found !== undefined) remember(found);
      return found ?? (fallback ? recall() : undefined);
    } catch (error) {
      const known = fallback && hasCode(error, "REGISTRY_UNREACHABLE") ? recall() : undefined;
      if (known === undefined) throw error;
      return known;
    }
  };

  return {
    ...store,
    readManifest: (reference) =>
      orRecalled(store.readManifest(reference), recalled, ({ mediaType, bytes }) =>
        writeFileAtomic(manifestPath, JSON.stringify({ mediaType, bytes: Buffer.from(bytes).toString("base64") }), 0o600),
      ),
    readBlob: (repository, digest, maxBytes) =>
      orRecalled(
        store.readBlob(repository, digest, maxBytes),
        () => recalledBlob(digest),
        (bytes) => writeFileAtomic(blobPath(digest), bytes, 0o600),
      ),
  };
};
