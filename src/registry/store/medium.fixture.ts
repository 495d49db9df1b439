import { chmodSync, existsSync, globSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Digest } from "../../core/index.ts";
import { blobFile } from "./blob-files.ts";

/** Where the blobs of a store under test lie, for tests that put rot there or look at what is left. */
export interface Medium {
  /** To go with `registry.yaml` of a new folder. */
  settings(folder: string): string;
  /** Whether it believes what `write` says of the time. */
  readonly backdates: boolean;
  /** Behind the store's back. `at`: when that was. */
  write(folder: string, digest: Digest, bytes: Uint8Array | string, at?: Date): Promise<void>;
  remove(folder: string, digest: Digest): Promise<void>;
  has(folder: string, digest: Digest): Promise<boolean>;
  /** Every digest that has bytes. */
  digests(folder: string): Promise<readonly string[]>;
  /** Names below `quarantine/`. */
  quarantined(folder: string): Promise<readonly string[]>;
  /** What a collection calls the bytes of a digest. */
  nameOf(folder: string, digest: Digest): string;
}

const files: Medium = {
  backdates: true,
  settings: () => "",
  write: async (folder, digest, bytes, at) => {
    const path = blobFile(folder, digest);
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path)) chmodSync(path, 0o644);
    writeFileSync(path, bytes);
    if (at !== undefined) utimesSync(path, at, at);
  },
  remove: async (folder, digest) => rmSync(blobFile(folder, digest)),
  has: async (folder, digest) => existsSync(blobFile(folder, digest)),
  digests: async (folder) =>
    globSync("blobs/*/*/*", { cwd: folder }).map((path) =>
      path
        .split("/")
        .filter((_, at) => at === 1 || at === 3)
        .join(":"),
    ),
  quarantined: async (folder) => (existsSync(join(folder, "quarantine")) ? readdirSync(join(folder, "quarantine")) : []),
  nameOf: (folder, digest) => relative(folder, blobFile(folder, digest)),
};

let used = files;

/** What the tests that run now store their blobs in. Files, but for those that `storedIn` says. */
export const medium = (): Medium => used;

/** From now on, until it is called without an argument. */
export const storedIn = (other: Medium = files): void => {
  used = other;
};
