import { createHmac, randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import {
  exec,
  fileError,
  hasCode,
  isSeaworthyError,
  lastWords,
  lock,
  readTextFile,
  rememberSecret,
  SeaworthyError,
  type StateFolder,
  writeFileAtomic,
  writeFileOnce,
} from "../core/index.ts";
import { seal, sealedPath, unseal, vaultFolder } from "./vault.ts";

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

export const filesFolder = (state: StateFolder): string => join(state.runFolder, "files");

/** Where a version of a secret or config lies on the host while releases use it. Content-addressed: a new version is a new file. */
export const filePath = (state: StateFolder, slot: FileSlot): string =>
  join(filesFolder(state), slot.project, `${slot.kind}-${slot.key}-${slot.version}-${slot.uid}-${slot.gid}-${slot.mode.toString(8)}`);

const versionKey = (state: StateFolder): Buffer => {
  const path = join(state.folder, "version.key");
  // Two first deploys at once must name versions by one key, or the release of one would wait for a content that nobody has.
  if (!existsSync(path)) writeFileOnce(path, randomBytes(32), 0o600);
  return readFileSync(path);
};

/** Names a content without giving it away: keyed, so that a short secret cannot be guessed from the journal. */
export const versionOf = (state: StateFolder, content: string): string =>
  createHmac("sha256", versionKey(state)).update(content).digest("hex").slice(0, 16);

const mountTmpfs = async (folder: string): Promise<void> => {
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

/** Makes the folder for secrets one that lives in memory: /run is that on a server; elsewhere a small tmpfs is mounted. @throws PERMISSION_DENIED */
const inMemory = async (state: StateFolder): Promise<void> => {
  const folder = filesFolder(state);
  const isMemory = (): boolean => statfsSync(folder).type === TMPFS;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError(error, `make ${folder}`);
  }
  if (isMemory()) return;
  // A second mount over the first would hide the files that containers were just given.
  using _held = await lock(join(state.folder, "leases", "files.sqlite"), { who: "seaworthy", what: `mount ${folder}` }, { waitMs: 30_000 });
  if (!isMemory()) await mountTmpfs(folder);
};

/** The content of a version, from where it is sealed or, when it is not, from its source. */
export type ReadContent = () => string | undefined | Promise<string | undefined>;

/** Undefined, or why not, when the source cannot be read: no variable, no program, a manager that is not logged in. */
const attempted = async (read: ReadContent): Promise<{ readonly content?: string; readonly why?: string; readonly cause?: unknown }> => {
  try {
    const content = await read();
    return content === undefined ? { why: "its source is not at hand" } : { content };
  } catch (cause) {
    if (!isSeaworthyError(cause)) throw cause;
    if (hasCode(cause, "INPUT_TOO_LARGE", "INTERRUPTED")) throw cause;
    return { why: `its source is not at hand (${cause.message})`, cause };
  }
};

/** What is sealed needs no source, and so no secrets manager; where the vault was damaged the source may still have it. */
const contentAtHand = async (state: StateFolder, slot: FileSlot, read: ReadContent): Promise<string> => {
  let damage: unknown;
  try {
    const sealed = unseal(state, slot);
    if (sealed !== undefined) {
      if (slot.kind === "secret") rememberSecret(sealed);
      return sealed;
    }
  } catch (error) {
    if (!hasCode(error, "STATE_NEEDS_PERSON")) throw error;
    damage = error;
  }
  const { content, why = "its source has another one now", cause } = await attempted(read);
  if (content !== undefined && versionOf(state, content) === slot.version) return content;
  if (damage !== undefined) throw damage;
  throw new SeaworthyError(
    "STATE_NEEDS_PERSON",
    `the release needs version ${slot.version} of the ${slot.kind} ${slot.key}, which is not sealed here, and ${why}`,
    { cause, hint: `Bring the old content back, or deploy again with the new one: a rotated ${slot.kind} is a new release.` },
  );
};

/**
 * Puts the file there unless it already is, and keeps its content sealed for the next reboot.
 * @throws STATE_NEEDS_PERSON when the version that the release names is neither at its source nor sealed
 */
export const placeFile = async (state: StateFolder, slot: FileSlot, read: ReadContent): Promise<void> => {
  const path = filePath(state, slot);
  await inMemory(state);
  const { uid, gid, mode } = slot;
  if (existsSync(path)) {
    seal(state, slot, readTextFile(path, MAX_BYTES));
    return asAsked(path, slot);
  }
  const content = await contentAtHand(state, slot, read);
  seal(state, slot, content);
  writeFileAtomic(path, content, mode, { uid, gid });
};

/** Those of the files that are not in memory, as after a reboot. */
export const missingFiles = (state: StateFolder, slots: readonly FileSlot[]): readonly FileSlot[] =>
  slots.filter((slot) => !existsSync(filePath(state, slot)));

/** Somebody's chmod must not be what the next container fails on. */
const asAsked = (path: string, { uid, gid, mode }: FileSlot): void => {
  try {
    chownSync(path, uid, gid);
    chmodSync(path, mode);
  } catch (error) {
    throw fileError(error, `give ${path} its owner and mode`);
  }
};

/** A file that holds the content of a secret or config. */
export interface ContentFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly isUsed: boolean;
}

/** A project's secrets and configs, in memory and sealed, and whether `used` needs them. */
export const projectFiles = (state: StateFolder, project: string, used: readonly FileSlot[]): readonly ContentFile[] => {
  const kept = new Set(used.flatMap((slot) => [filePath(state, slot), sealedPath(state, slot)]));
  return [join(filesFolder(state), project), vaultFolder(state, project)].flatMap((folder) => {
    try {
      return readdirSync(folder).map((name) => {
        const path = join(folder, name);
        return { path, sizeBytes: lstatSync(path).size, isUsed: kept.has(path) };
      });
    } catch (error) {
      const coded = fileError(error, `look into ${folder}`);
      if (hasCode(coded, "INPUT_NOT_FOUND")) return [];
      throw coded;
    }
  });
};

/** Removes a project's secrets and configs, and what is sealed of them, but those that are still used. @returns how many files went */
export const sweepFiles = (state: StateFolder, project: string, used: readonly FileSlot[]): number => {
  const going = projectFiles(state, project, used).filter(({ isUsed }) => !isUsed);
  for (const { path } of going) rmSync(path, { force: true });
  return going.length;
};
