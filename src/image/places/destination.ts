import type { Digest, Progress } from "../../core/index.ts";
import type { ImageTree } from "../layout/walk.ts";
import type { Descriptor } from "../values/descriptor.ts";
import type { ImageSource } from "./source.ts";

/** What is to be written: everything below it was seen to be there. */
export interface WholeImage {
  /** The manifest or index that gets the name. */
  readonly root: Digest;
  /** Everything, the attached too; manifests before those that name them. */
  readonly tree: ImageTree;
  /** Manifests beside the image, below the tag that they need, if any. */
  readonly attached: readonly { readonly digest: Digest; readonly tag?: string }[];
  /** Names that the source has for it. */
  readonly tags: readonly string[];
}

/** What became of the blobs; manifests are always written. */
export interface Written {
  readonly sent: number;
  readonly sentBytes: number;
  /** There already. */
  readonly present: number;
}

/** What a destination needs of a source. */
export type BlobsOf = Pick<ImageSource, "where" | "blob" | "blobPath" | "repository">;

/** A place that images are written to. */
export interface ImageDestination {
  readonly where: string;
  /** One image for one platform alone; or indexes and what hangs on images too. */
  readonly holds: "one" | "any";
  /** `compressed`: layers of an image that was made up are compressed on the way; `loadable`: zstd is undone, which engines before 23 do not know. */
  readonly layers: "any" | "compressed" | "loadable";
  /** Whether it has a blob. */
  has(blob: Descriptor): Promise<boolean>;
  /** Nothing stands under its name before all of it is there. */
  write(image: WholeImage, source: BlobsOf, progress: Progress): Promise<Written>;
  close(): Promise<void>;
}
