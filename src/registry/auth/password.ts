import { createHash, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { SeaworthyError } from "../../core/index.ts";
import { verifyBcrypt } from "./bcrypt.ts";

/** RFC 7914; 32 MiB and about 0.1 s each, in libuv's threads. */
const LOG2_N = 15;
const BLOCK = 8;
const MIN_CHARACTERS = 8;
export const MAX_PASSWORD_BYTES = 1024;

const derive = (password: string, salt: Buffer, log2n: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const options = { N: 2 ** log2n, r: BLOCK, p: 1, maxmem: 256 * BLOCK * 2 ** log2n };
    scrypt(password, salt, 32, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });

/** @throws INPUT_INVALID for one that is too short to be one, or too long to be looked at */
export const requirePassword = (password: string): void => {
  if (password.length < MIN_CHARACTERS || Buffer.byteLength(password) > MAX_PASSWORD_BYTES)
    throw new SeaworthyError(
      "INPUT_INVALID",
      `a password has at least ${MIN_CHARACTERS} characters and at most ${MAX_PASSWORD_BYTES} bytes`,
    );
};

/** What is kept of a password that a person chose: `scrypt$15$<salt>$<key>`. */
export const encodePassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16);
  return `scrypt$${LOG2_N}$${salt.toString("base64url")}$${(await derive(password, salt, LOG2_N)).toString("base64url")}`;
};

/** A robot's secret: 256 random bits, so a plain hash of it is as good as a slow one, and costs nothing. */
export const makeSecret = (): { readonly secret: string; readonly encoded: string } => {
  const secret = `swr_${randomBytes(32).toString("base64url")}`;
  return { secret, encoded: `sha256$${createHash("sha256").update(secret).digest("base64url")}` };
};

/** Stands for the account that is not there, so that its name takes as long as any other to be refused. */
const NOBODY = encodePassword(randomBytes(24).toString("base64url"));

const same = (left: Buffer, right: Buffer): boolean => left.length === right.length && timingSafeEqual(left, right);

/** Whether the password belongs to what was kept: scrypt, a robot's sha256, or bcrypt from an htpasswd file. Undefined: no such account. */
export const verifyPassword = async (encoded: string | undefined, password: string): Promise<boolean> => {
  const [scheme = "", first = "", second = "", third = ""] = (encoded ?? (await NOBODY)).split("$");
  switch (scheme) {
    case "sha256":
      return same(createHash("sha256").update(password).digest(), Buffer.from(first, "base64url"));
    case "scrypt":
      return (
        same(await derive(password, Buffer.from(second, "base64url"), Number(first)), Buffer.from(third, "base64url")) &&
        encoded !== undefined
      );
    default:
      return encoded !== undefined && verifyBcrypt(encoded, password);
  }
};

/** Whether the account should be kept by scrypt from now on. */
export const isForeignHash = (encoded: string): boolean => encoded.startsWith("$2");
