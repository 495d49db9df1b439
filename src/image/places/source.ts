import type { Digest } from "../../core/index.ts";
import type { StoredBlob } from "../archive/stored-blob.ts";
import type { Repository } from "../client/types.ts";
import type { Descriptor } from "../values/descriptor.ts";
import type { Flaw } from "../values/flaw.ts";
import type { Index, Manifest } from "../values/manifest.ts";

/** What hangs on an image by name or by subject: a signature, an SBOM, an attestation. */
export interface Attached {
  readonly digest: Digest;
  /** cosign's tag (`sha256-<hex>.sig`); absent for what names its subject by itself. */
  readonly tag?: string;
}

/** A source on this machine's disk, opened by who only looks: nothing of it is held to what its documents say. */
export interface LocalSource extends ImageSource {
  readonly stored: NonNullable<ImageSource["stored"]>;
  /** What was found wrong so far. */
  readonly flaws: readonly Flaw[];
}

/** One image, or several under one index, wherever they are. Everything is had by digest, and checked. */
export interface ImageSource {
  /** For messages: "the layout out/". */
  readonly where: string;
  /** The image or index that was named. */
  readonly root: Digest;
  /** Names it has there: tags, or full references where an archive holds them. */
  readonly tags: readonly string[];
  /** True where there is no manifest, and one was made from what there is: a `docker save` of an older engine. */
  readonly isMadeUp: boolean;
  /** Where it is a repository: another one of the same registry may take blobs over. */
  readonly repository?: Repository;
  /** @throws IMAGE_NOT_FOUND */
  manifest(digest: Digest): Promise<Manifest | Index>;
  /** @throws IMAGE_NOT_FOUND; REGISTRY_REFUSED when the bytes are others */
  blob(blob: Descriptor): AsyncIterable<Uint8Array>;
  /** The file that a blob is, where it is one: it can be read again when a push fails half-way. */
  blobPath?(digest: Digest): string;
  /** What lies on this machine's disk under that digest, held to nothing; undefined where there is nothing. */
  stored?(digest: Digest): Promise<StoredBlob | undefined>;
  attached(digest: Digest): Promise<readonly Attached[]>;
  /** Removes what it made; closes files and connections. */
  close(): Promise<void>;
}
