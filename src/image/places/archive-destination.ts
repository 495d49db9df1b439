import { createWriteStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileError, formatByteSize } from "../../core/index.ts";
import { type ArchiveFormat, archiveStream } from "./archive-stream.ts";
import type { ImageDestination, WholeImage, Written } from "./destination.ts";

/** All that an archive takes: it has nothing before. */
export const allOf = ({ tree }: WholeImage): Written => ({
  sent: tree.blobs.length,
  sentBytes: tree.blobs.reduce((sum, { size }) => sum + size, 0),
  present: 0,
});

/** A tar file, which is there whole or not at all; one that is there is replaced. */
export const archiveDestination = (path: string, format: ArchiveFormat, name?: string): ImageDestination => ({
  where: `the image archive ${path}`,
  holds: format === "docker" ? "one" : "any",
  layers: "any",
  has: async () => false,
  write: async (image, source, progress) => {
    const written = allOf(image);
    progress.begin(`write ${path}`, formatByteSize(written.sentBytes));
    const temporary = join(dirname(path), `.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`);
    try {
      await mkdir(dirname(path), { recursive: true });
      const bytes = archiveStream(image, source, format, name);
      await pipeline(
        Readable.from(bytes, { objectMode: false, highWaterMark: 1024 * 1024 }),
        createWriteStream(temporary, { flags: "wx" }),
      );
      const file = await open(temporary, "r+");
      try {
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw fileError(error, `write ${path}`);
    }
    progress.end(`write ${path}`, formatByteSize(written.sentBytes));
    return written;
  },
  close: async () => undefined,
});
