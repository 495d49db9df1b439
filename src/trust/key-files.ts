import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileError, SeaworthyError } from "../core/index.ts";
import type { KeyPairText } from "./keys.ts";

const refuse = (path: string): never => {
  throw new SeaworthyError("USAGE", `${path} exists and is not overwritten: signatures made with it could never be checked again`, {
    hint: "Choose another place, or move the old key away first.",
  });
};

/** A link, unlike a rename, fails where the name is taken: two processes cannot replace each other's key. */
const writeNew = (path: string, content: string, mode: number): void => {
  const temporary = join(dirname(path), `.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`);
  try {
    mkdirSync(dirname(path), { recursive: true });
    const handle = openSync(temporary, "wx", mode);
    try {
      writeSync(handle, content);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    linkSync(temporary, path);
  } catch (error) {
    if (existsSync(path)) refuse(path);
    throw fileError(error, `write ${path}`);
  } finally {
    rmSync(temporary, { force: true });
  }
};

/**
 * Writes `<prefix>.key` (0600) and `<prefix>.pub` (0644), neither when one of them exists.
 * @throws USAGE when a file is there already; PERMISSION_DENIED, DISK_FULL.
 */
export const writeKeyPair = (prefix: string, pair: KeyPairText): { readonly privatePath: string; readonly publicPath: string } => {
  const privatePath = `${prefix}.key`;
  const publicPath = `${prefix}.pub`;
  for (const path of [privatePath, publicPath]) if (existsSync(path)) refuse(path);
  writeNew(privatePath, pair.privatePem, 0o600);
  try {
    writeNew(publicPath, pair.publicPem, 0o644);
  } catch (error) {
    rmSync(privatePath, { force: true });
    throw error;
  }
  return { privatePath, publicPath };
};
