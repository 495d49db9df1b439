import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { type Digest, digestOf, readTextFile, SeaworthyError, wordsOf } from "../core/index.ts";
import { algorithmOf, signBytes, verifyBytes } from "./algorithm.ts";
import { decryptContainer, encryptContainer } from "./encrypted-key.ts";
import { readPem, writePem } from "./pem.ts";

/** Checks signatures. `fingerprint` is SHA-256 of the SPKI DER. */
export interface TrustedKey {
  readonly fingerprint: Digest;
  /** Where it was read from, for messages. */
  readonly path: string;
  verifies(bytes: Uint8Array, signature: Uint8Array): boolean;
}

/** Makes signatures. */
export interface SigningKey {
  readonly publicKey: TrustedKey;
  sign(bytes: Uint8Array): Uint8Array;
  /** SPKI PEM, what `cosign verify --key` reads. */
  readonly publicPem: string;
}

/** Both halves as text, in cosign's formats (facts: `cosign generate-key-pair`). */
export interface KeyPairText {
  readonly privatePem: string;
  readonly publicPem: string;
}

const KEY_LIMIT_BYTES = 128 * 1024;
const ENCRYPTED = ["ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY"];
const PLAIN: Readonly<Record<string, "pkcs8" | "sec1" | "pkcs1">> = {
  "PRIVATE KEY": "pkcs8",
  "EC PRIVATE KEY": "sec1",
  "RSA PRIVATE KEY": "pkcs1",
};

const publicPemOf = (key: KeyObject): string => key.export({ type: "spki", format: "pem" }).toString();

const trusted = (key: KeyObject, path: string): TrustedKey => {
  algorithmOf(key, path);
  return {
    fingerprint: digestOf(key.export({ type: "spki", format: "der" })),
    path,
    verifies: (bytes, signature) => verifyBytes(key, bytes, signature, path),
  };
};

const signing = (key: KeyObject, path: string): SigningKey => {
  const publicKey = createPublicKey(key);
  return { publicKey: trusted(publicKey, path), publicPem: publicPemOf(publicKey), sign: (bytes) => signBytes(key, bytes, path) };
};

const privateFrom = (der: Buffer, type: "pkcs8" | "sec1" | "pkcs1", path: string): KeyObject => {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: der, format: "der", type });
  } catch (error) {
    throw new SeaworthyError("INPUT_INVALID", `${path}: the private key cannot be parsed as ${type} (${wordsOf(error)})`);
  }
  algorithmOf(key, path);
  return key;
};

/** Whether a key file needs a password, before anyone is asked for one. @throws INPUT_INVALID */
export const isEncryptedKey = (pem: string, path: string): boolean => ENCRYPTED.includes(readPem(pem, path).label);

/**
 * Reads a private key: cosign's encrypted file (PKCS#8 inside, nothing else, as cosign insists) or plain PKCS#8, SEC1 or PKCS#1.
 * `password` is used for encrypted files only. @throws INPUT_INVALID
 */
export const parsePrivateKey = (pem: string, password: string, path: string): SigningKey => {
  const { label, der } = readPem(pem, path);
  if (ENCRYPTED.includes(label)) return signing(privateFrom(decryptContainer(der.toString("utf8"), password, path), "pkcs8", path), path);
  const type = PLAIN[label];
  if (type === undefined) throw new SeaworthyError("INPUT_INVALID", `${path}: unsupported private key: "${label}"`);
  return signing(privateFrom(der, type, path), path);
};

/** @throws INPUT_INVALID */
export const parsePublicKey = (pem: string, path: string): TrustedKey => {
  const { label, der } = readPem(pem, path);
  if (label !== "PUBLIC KEY")
    throw new SeaworthyError("INPUT_INVALID", `${path}: "${label}" is not a public key: expected PUBLIC KEY (SPKI)`);
  let key: KeyObject;
  try {
    key = createPublicKey({ key: der, format: "der", type: "spki" });
  } catch (error) {
    throw new SeaworthyError("INPUT_INVALID", `${path}: the public key cannot be parsed (${wordsOf(error)})`);
  }
  return trusted(key, path);
};

/** @throws INPUT_NOT_FOUND, PERMISSION_DENIED, INPUT_TOO_LARGE, INPUT_INVALID */
export const readPublicKey = (path: string): TrustedKey => parsePublicKey(readTextFile(path, KEY_LIMIT_BYTES), path);

/** `password` is asked for only when the file is encrypted. @throws as readPublicKey, and USAGE when there is no way to ask. */
export const readPrivateKey = async (path: string, password: () => Promise<string>): Promise<SigningKey> => {
  const pem = readTextFile(path, KEY_LIMIT_BYTES);
  return parsePrivateKey(pem, isEncryptedKey(pem, path) ? await password() : "", path);
};

const encrypted = (key: KeyObject, password: string): KeyPairText => ({
  privatePem: writePem(
    "ENCRYPTED SIGSTORE PRIVATE KEY",
    Buffer.from(encryptContainer(key.export({ type: "pkcs8", format: "der" }), password)),
  ),
  publicPem: publicPemOf(createPublicKey(key)),
});

/** A new ECDSA P-256 pair: the kind every verifier reads. */
export const generateKeyPair = (password: string): KeyPairText =>
  encrypted(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey, password);

/** A plain private key of another tool put into cosign's encrypted file. @throws INPUT_INVALID for kinds cosign refuses. */
export const importKeyPair = (pem: string, password: string, path: string): KeyPairText => {
  const { label, der } = readPem(pem, path);
  const type = PLAIN[label];
  if (type === undefined) throw new SeaworthyError("INPUT_INVALID", `${path}: unsupported private key: "${label}"`);
  return encrypted(privateFrom(der, type, path), password);
};
