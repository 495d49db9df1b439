import { existsSync } from "node:fs";
import { join } from "node:path";
import type { StateFolder } from "../core/index.ts";
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
import { readTextFile } from "../core/index.ts";

/** This host's own pair: made at first use, readable by its owner alone, without a password. */
const ownPrefix = (state: StateFolder): string => join(state.folder, "trust", "cosign");

const makeOwn = (state: StateFolder): void => {
  if (!existsSync(`${ownPrefix(state)}.key`)) writeKeyPair(ownPrefix(state), generateKeyPair(""));
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
