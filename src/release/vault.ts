import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hasCode, SeaworthyError, type StateFolder, writeFileAtomic, writeFileOnce } from "../core/index.ts";

/** What a sealed content is the content of. */
export interface SealedName {
  readonly project: string;
  readonly kind: "secret" | "config";
  readonly key: string;
  readonly version: string;
}

const CIPHER = "aes-256-gcm";
/** First byte of each file: how the rest is to be read. */
const FORMAT = 1;
/** NIST SP 800-38D, 8.2.2: 96 random bits, far from the 2^32 contents that one key may seal. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES;

export const vaultFolder = (state: StateFolder, project: string): string => join(state.folder, "vault", project);
const fileName = ({ kind, key, version }: SealedName): string => `${kind}-${key}-${version}`;
/** Where a content is sealed, whether it is or not. */
export const sealedPath = (state: StateFolder, name: SealedName): string => join(vaultFolder(state, name.project), fileName(name));

/** Made once. Who has it and the sealed files has the contents: a backup keeps the two apart, or is itself kept like a secret. */
const keyOf = (state: StateFolder): Buffer => {
  const path = join(state.folder, "vault.key");
  if (!existsSync(path)) writeFileOnce(path, randomBytes(32), 0o600);
  const key = readFileSync(path);
  if (key.length === 32) return key;
  throw new SeaworthyError("STATE_NEEDS_PERSON", `${path} is no key of 32 bytes`, {
    hint: "Bring it back from a backup; without it the sealed secrets cannot be read, and the next deploy needs their sources.",
  });
};

/** A sealed content belongs to its name: put in another's place it does not open. */
const aboutOf = ({ project, kind, key, version }: SealedName): Buffer => Buffer.from(JSON.stringify([project, kind, key, version]));

/** Keeps the content encrypted in the state folder, so that a reboot does not lose it. Again for a name that is there: nothing. */
export const seal = (state: StateFolder, name: SealedName, content: string): void => {
  const path = sealedPath(state, name);
  if (existsSync(path)) return;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(state), nonce, { authTagLength: TAG_BYTES }).setAAD(aboutOf(name));
  const body = Buffer.concat([cipher.update(content, "utf8"), cipher.final()]);
  writeFileAtomic(path, Buffer.concat([Buffer.from([FORMAT]), nonce, body, cipher.getAuthTag()]), 0o600);
};

/** Undefined when it was never sealed, or let go of. @throws STATE_NEEDS_PERSON when it is not what was sealed, or by another key */
export const unseal = (state: StateFolder, name: SealedName): string | undefined => {
  const path = sealedPath(state, name);
  if (!existsSync(path)) return undefined;
  try {
    const sealed = readFileSync(path);
    if (sealed[0] !== FORMAT || sealed.length < HEAD_BYTES + TAG_BYTES) throw new Error("it is none of ours");
    const decipher = createDecipheriv(CIPHER, keyOf(state), sealed.subarray(1, HEAD_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(aboutOf(name))
      .setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES, -TAG_BYTES)), decipher.final()]).toString("utf8");
  } catch (cause) {
    if (hasCode(cause, "STATE_NEEDS_PERSON")) throw cause;
    throw new SeaworthyError(
      "STATE_NEEDS_PERSON",
      `the sealed ${name.kind} ${path} cannot be opened: it was changed, or sealed by another key`,
      {
        cause,
        hint: "Bring it and vault.key back from a backup, or remove the file and deploy where its source is at hand.",
      },
    );
  }
};
