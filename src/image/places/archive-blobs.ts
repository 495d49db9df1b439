import { algorithmOf, type Digest, hexOf, SeaworthyError } from "../../core/index.ts";
import type { StoredBlob } from "../archive/stored-blob.ts";
import type { TarFile, TarPart } from "../archive/tar-file.ts";
import { collect, verified } from "../verified.ts";
import type { Descriptor } from "../values/descriptor.ts";
import type { Flaw } from "../values/flaw.ts";

/** What a source in an archive is made from. */
export interface InArchive {
  readonly tar: TarFile;
  readonly where: string;
  readonly name?: string;
  /** Takes what was found wrong, where somebody only looks; else that is refused. */
  readonly flaws?: Flaw[];
  readonly close: () => Promise<void>;
}

export const blobName = (digest: Digest): string => `blobs/${algorithmOf(digest)}/${hexOf(digest)}`;

/** A small file of an archive as a whole. @throws INPUT_INVALID when it is not there, INPUT_TOO_LARGE */
export const readSmall = async ({ tar, where }: Pick<InArchive, "tar" | "where">, name: string, maxBytes: number): Promise<Uint8Array> => {
  const part = tar.find(name);
  if (part === undefined)
    throw new SeaworthyError("INPUT_INVALID", `${where} has no ${JSON.stringify(name.slice(0, 200))}, which it names`, {
      hint: "It was cut off or put together wrongly: save the image again.",
    });
  return collect(tar.read(part), maxBytes, `${name} in ${where}`);
};

/** A file of the archive as it stands there. */
export const storedIn = ({ tar }: Pick<InArchive, "tar">, part: TarPart | undefined): StoredBlob | undefined =>
  part === undefined ? undefined : { sizeBytes: part.sizeBytes, read: () => tar.read(part), identity: () => tar.identity(part) };

/** A blob, checked while it is read. */
export const readBlobOf = (
  { tar, where }: Pick<InArchive, "tar" | "where">,
  part: TarPart | undefined,
  { digest, size }: Pick<Descriptor, "digest" | "size">,
): AsyncIterable<Uint8Array> => {
  if (part === undefined)
    throw new SeaworthyError("IMAGE_NOT_FOUND", `${where} has no blob ${digest}`, {
      hint: "An archive may hold one platform of an index alone: name it with --platform.",
    });
  if (part.sizeBytes !== size)
    throw new SeaworthyError("INPUT_INVALID", `${where}: the blob ${digest} has ${part.sizeBytes} bytes, its manifest says ${size}`);
  return verified(tar.read(part), { digest, size }, where);
};
