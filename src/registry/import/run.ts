import { type Digest, formatByteSize, hasCode, isSeaworthyError, type Progress, type Reference, silentProgress } from "../../core/index.ts";
import { copyImage, eachOf, type RegistryClient, registryDestination } from "../../image/index.ts";
import { parseRepositoryGlob } from "../glob.ts";
import type { ImportSource } from "./source.ts";

/** Images on their way at once; each has four blobs on their way. */
const PARALLEL = 3;

export interface ImportOptions {
  /** Where to: a registry, and what goes before each name there. */
  readonly registry: string;
  readonly prefix?: string;
  /** Repositories that are taken, by pattern. Default: all. */
  readonly repositories?: readonly string[];
  /** Tags that are taken, by pattern with `*`. Default: all. */
  readonly tags?: readonly string[];
  readonly dryRun?: boolean;
  readonly progress?: Progress;
}

export interface Imported {
  readonly repository: string;
  readonly tag: string;
  readonly digest: Digest;
  /** Signatures, SBOMs and the like that came with it. */
  readonly attached: number;
  readonly blobs: { readonly sent: number; readonly sentBytes: number; readonly present: number };
}

/** What was not taken, and why. */
export interface LeftOut {
  readonly repository: string;
  readonly tag: string;
  readonly code: string;
  readonly why: string;
}

export interface ImportReport {
  readonly imported: readonly Imported[];
  readonly leftOut: readonly LeftOut[];
}

const tagGlob = (pattern: string): ((tag: string) => boolean) => {
  const parts = pattern.split("*");
  return (tag) => {
    let at = 0;
    for (const [index, part] of parts.entries()) {
      const found =
        index === 0 ? (tag.startsWith(part) ? 0 : -1) : index === parts.length - 1 ? tag.lastIndexOf(part) : tag.indexOf(part, at);
      if (found < at || (index === parts.length - 1 && found + part.length !== tag.length)) return false;
      at = found + part.length;
    }
    return true;
  };
};

/** What ends an import at once: the machine or the network is at fault, not an image. */
const isFatal = (error: unknown): boolean => !isSeaworthyError(error) || hasCode(error, "DISK_FULL", "INTERRUPTED");

/** Signatures and lists of referrers last: what they name is there by then. */
const imagesFirst = (tags: readonly string[]): readonly string[] => {
  const isAttached = (tag: string): boolean => /^sha(?:256|512)-[0-9a-f]{64}/.test(tag);
  return [...tags.filter((tag) => !isAttached(tag)), ...tags.filter(isAttached)];
};

/**
 * Copies images with their digests, their platforms and what hangs on them: blobs that are there are not sent, so an import that broke off goes on by
 * running it again. An image that cannot be had whole is left out, with the reason; the others go on.
 * @throws what ends it all: DISK_FULL, an interrupt, a source that cannot be listed
 */
export const importImages = async (source: ImportSource, client: RegistryClient, options: ImportOptions): Promise<ImportReport> => {
  const progress = options.progress ?? silentProgress;
  const wanted = (options.repositories ?? ["**"]).map(parseRepositoryGlob);
  const tagWanted = (options.tags ?? ["*"]).map(tagGlob);
  const imported: Imported[] = [];
  const leftOut: LeftOut[] = [];

  const one = async (repository: string, tag: string): Promise<void> => {
    const target: Reference = {
      registry: options.registry,
      repository: options.prefix === undefined ? repository : `${options.prefix}/${repository}`,
      tag,
    };
    const step = `${repository}:${tag}`;
    progress.begin(step);
    try {
      const image = await source.open(repository, tag);
      const destination = registryDestination(client, target);
      const copy = await copyImage(image, destination, { withReferrers: true, dryRun: options.dryRun === true });
      imported.push({ repository: target.repository, tag, digest: copy.digest, attached: copy.attached, blobs: copy.blobs });
      progress.end(step, `${copy.blobs.sent} blobs, ${formatByteSize(copy.blobs.sentBytes)}`);
    } catch (error) {
      if (isFatal(error) || !isSeaworthyError(error)) throw error;
      leftOut.push({ repository: target.repository, tag, code: error.code, why: error.message });
      progress.note(`left out ${step}: ${error.message}`);
    }
  };

  const repositories = (await source.repositories()).filter((name) => wanted.some((holds) => holds(name)));
  for (const repository of repositories) {
    const tags = imagesFirst((await source.tags(repository)).filter((tag) => tagWanted.some((holds) => holds(tag))));
    await eachOf(tags, PARALLEL, (tag) => one(repository, tag));
  }
  return { imported, leftOut };
};
