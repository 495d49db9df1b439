import { createHmac, randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statfsSync } from "node:fs";
import { join } from "node:path";
import {
  exec,
  fileError,
  hasCode,
  lastWords,
  readTextFile,
  rememberSecret,
  SeaworthyError,
  type StateFolder,
  writeFileAtomic,
} from "../core/index.ts";
import type { FileSource } from "../project/index.ts";

/** f_type of tmpfs (statfs(2), TMPFS_MAGIC). */
const TMPFS = 0x01021994;

/** A secret's or config's content is at most this much; Swarm's own bound is 500 kB. */
const MAX_BYTES = 512 * 1024;

export interface FileSlot {
  readonly project: string;
  readonly kind: "secret" | "config";
  readonly key: string;
  readonly version: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** Where a version of a secret or config lies on the host while releases use it. Content-addressed: a new version is a new file. */
export const filePath = (state: StateFolder, slot: FileSlot): string =>
  join(state.runFolder, "files", slot.project, `${slot.kind}-${slot.key}-${slot.version}-${slot.uid}-${slot.gid}-${slot.mode.toString(8)}`);

const versionKey = (state: StateFolder): Buffer => {
  const path = join(state.folder, "version.key");
  if (!existsSync(path)) writeFileAtomic(path, randomBytes(32), 0o600);
  return readFileSync(path);
};

/** Names a content without giving it away: keyed, so that a short secret cannot be guessed from the journal. */
export const versionOf = (state: StateFolder, content: string): string =>
  createHmac("sha256", versionKey(state)).update(content).digest("hex").slice(0, 16);

/** Reads a secret or config where it comes from; a secret's value never shows again. @throws INPUT_NOT_FOUND, VARIABLE_MISSING */
export const readContent = (
  source: FileSource,
  kind: "secret" | "config",
  env: Readonly<Record<string, string | undefined>> = process.env,
): string => {
  const content = contentOf(source, env);
  if (kind === "secret") rememberSecret(content);
  return content;
};

const contentOf = (source: FileSource, env: Readonly<Record<string, string | undefined>>): string => {
  switch (source.from) {
    case "file":
      return readTextFile(source.path, MAX_BYTES);
    case "content":
      return source.content;
    case "environment": {
      const value = env[source.variable];
      if (value === undefined)
        throw new SeaworthyError(
          "VARIABLE_MISSING",
          `${source.key} comes from the environment variable ${source.variable}, which is not set`,
        );
      return value;
    }
  }
};

/** Makes the folder for secrets one that lives in memory: /run is that on a server; elsewhere a small tmpfs is mounted. @throws PERMISSION_DENIED */
const inMemory = async (folder: string): Promise<void> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (statfsSync(folder).type === TMPFS) return;
  const mounted = await exec("mount", ["-t", "tmpfs", "-o", "mode=0700,size=16m,nosuid,nodev,noexec", "seaworthy-files", folder]);
  if (mounted.exitCode !== 0)
    throw new SeaworthyError(
      "PERMISSION_DENIED",
      `secrets are kept in memory only, and a tmpfs cannot be mounted on ${folder}: ${lastWords(mounted, 2)}`,
      {
        hint: "Run as root, or point SEAWORTHY_RUN at a folder on a tmpfs.",
      },
    );
};

/** Puts the file there unless it already is. @throws STATE_NEEDS_PERSON when the content at hand is another version than the release names. */
export const placeFile = async (state: StateFolder, slot: FileSlot, read: () => string | undefined): Promise<void> => {
  const path = filePath(state, slot);
  await inMemory(join(state.runFolder, "files"));
  if (existsSync(path)) return;
  const content = readOrUndefined(read);
  if (content === undefined || versionOf(state, content) !== slot.version)
    throw new SeaworthyError(
      "STATE_NEEDS_PERSON",
      `the release needs version ${slot.version} of the ${slot.kind} ${slot.key}, and ${content === undefined ? "its source is not at hand" : "its source has another one now"}`,
      {
        hint: `Bring the old content back, or deploy again with the new one: a rotated ${slot.kind} is a new release.`,
      },
    );
  try {
    writeFileAtomic(path, content, 0o600);
    chownSync(path, slot.uid, slot.gid);
    chmodSync(path, slot.mode);
  } catch (error) {
    throw fileError(error, `write ${path}`);
  }
};

const readOrUndefined = (read: () => string | undefined): string | undefined => {
  try {
    return read();
  } catch (error) {
    if (hasCode(error, "INPUT_NOT_FOUND", "VARIABLE_MISSING")) return undefined;
    throw error;
  }
};
