import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { hasCode, SeaworthyError } from "./errors.ts";
import { fileError, readTextFile, writeFileOnce } from "./files.ts";

/** The one place on a server that holds Seaworthy's state: journal, leases, registry, keys, the proxy's configuration. */
export interface StateFolder {
  /** Absolute. Default /var/lib/seaworthy, or SEAWORTHY_STATE. */
  readonly folder: string;
  /** For sockets and secrets; gone after a reboot. Default /run/seaworthy, or SEAWORTHY_RUN, or `run` inside a state folder that is not the default one. */
  readonly runFolder: string;
  /** Made once with the folder; an engine is bound to it. */
  readonly uuid: string;
}

const DEFAULT_FOLDER = "/var/lib/seaworthy";

/** Where the state folder is, whether it is there or not. */
export const stateFolderPath = (env: Readonly<Record<string, string | undefined>>): string => env["SEAWORTHY_STATE"] ?? DEFAULT_FOLDER;

/** Opens the state folder, making it (mode 0700) when it is not there. @throws PERMISSION_DENIED, DISK_FULL, STATE_NEEDS_PERSON when its identity cannot be read. */
export const openStateFolder = (env: Readonly<Record<string, string | undefined>> = process.env): StateFolder => {
  const folder = stateFolderPath(env);
  const runFolder = env["SEAWORTHY_RUN"] ?? (folder === DEFAULT_FOLDER ? "/run/seaworthy" : join(folder, "run"));
  if (!folder.startsWith("/") || !runFolder.startsWith("/"))
    throw new SeaworthyError("USAGE", `SEAWORTHY_STATE and SEAWORTHY_RUN must be absolute paths, not "${folder}" and "${runFolder}"`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    mkdirSync(runFolder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const coded = fileError(error, `make ${folder} and ${runFolder}`);
    if (!hasCode(coded, "PERMISSION_DENIED")) throw coded;
    throw new SeaworthyError("PERMISSION_DENIED", `cannot make ${folder}`, {
      cause: error,
      hint: "Run as root, or choose a folder of your own: SEAWORTHY_STATE=/path.",
    });
  }
  return { folder, runFolder, uuid: identity(join(folder, "uuid")) };
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const identity = (path: string): string => {
  // Two first runs at once must agree on one identity, or the engine would be bound to one that is on no disk.
  if (!existsSync(path)) writeFileOnce(path, `${randomUUID()}\n`, 0o600);
  const text = readTextFile(path, 200).trim();
  if (UUID.test(text)) return text;
  throw new SeaworthyError("STATE_NEEDS_PERSON", `${path} does not hold a uuid`, {
    hint: "Restore the file from a backup of the state folder; without it the engine's marker cannot be matched.",
  });
};
