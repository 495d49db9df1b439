import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileError, readTextFile, type StateFolder } from "../core/index.ts";
import type { Project } from "../project/index.ts";
import {
  generateKeyPair,
  isEncryptedKey,
  keyPassword,
  type PasswordPrompt,
  readPrivateKey,
  readPublicKey,
  type SigningKey,
  type TrustedKey,
  writeKeyPair,
} from "../trust/index.ts";

/** This host's own pair: made at first use, readable by its owner alone, without a password. */
const ownPrefix = (state: StateFolder): string => join(state.folder, "trust", "cosign");

/** Both files appear at once, so that of two first runs, or after a crash, nobody finds half a pair. */
const makeOwn = (state: StateFolder): void => {
  const prefix = ownPrefix(state);
  if (existsSync(`${prefix}.key`)) return;
  const beside = join(state.folder, `.trust.${process.pid}.tmp`);
  try {
    writeKeyPair(join(beside, "cosign"), generateKeyPair(""));
    renameSync(beside, dirname(prefix));
  } catch (error) {
    // Another process was first; or other files lie there, and the pair goes beside them.
    if (!existsSync(dirname(prefix))) throw fileError(error, `make a key pair in ${dirname(prefix)}`);
    if (!existsSync(`${prefix}.key`)) writeKeyPair(prefix, generateKeyPair(""));
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
};

export interface KeyOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absent where nobody can be asked. */
  readonly prompt?: PasswordPrompt;
  /** `--key FILE` of sign. */
  readonly path?: string;
  /** `--key FILE` of verify. */
  readonly publicPath?: string;
}

/** `--key`, else cosign.key beside the compose file, else this host's own key. @throws USAGE when its password cannot be had */
export const signingKey = async (project: Project, state: StateFolder, { env, prompt, path }: KeyOptions): Promise<SigningKey> => {
  const beside = join(project.folder, "cosign.key");
  const chosen = path ?? (existsSync(beside) ? beside : undefined);
  if (chosen !== undefined) return readPrivateKey(chosen, () => keyPassword(env, prompt));
  makeOwn(state);
  const own = `${ownPrefix(state)}.key`;
  return readPrivateKey(own, () => (isEncryptedKey(readTextFile(own), own) ? Promise.resolve("") : keyPassword(env, prompt)));
};

/** `--key`, else x-seaworthy.trust.keys, else cosign.pub beside the compose file, else this host's own key. */
export const trustedKeys = (project: Project, state: StateFolder, path?: string): readonly TrustedKey[] => {
  if (path !== undefined) return [readPublicKey(path)];
  if (project.settings.trust.keys.length > 0) return project.settings.trust.keys.map(readPublicKey);
  const beside = join(project.folder, "cosign.pub");
  if (existsSync(beside)) return [readPublicKey(beside)];
  makeOwn(state);
  return [readPublicKey(`${ownPrefix(state)}.pub`)];
};
