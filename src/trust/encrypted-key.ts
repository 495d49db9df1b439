import { randomBytes, scryptSync } from "node:crypto";
import nacl from "tweetnacl";
import * as v from "valibot";
import { SeaworthyError } from "../core/index.ts";

/**
 * The container cosign keeps private keys in (go-securesystemslib `encrypted`): scrypt, then NaCl secretbox.
 * Base64 everywhere; salt 32 bytes, nonce 24 bytes.
 */
const Container = v.object({
  kdf: v.object({
    name: v.literal("scrypt"),
    params: v.object({ N: v.number(), r: v.number(), p: v.number() }),
    salt: v.pipe(v.string(), v.base64(), v.maxLength(256)),
  }),
  cipher: v.object({ name: v.literal("nacl/secretbox"), nonce: v.pipe(v.string(), v.base64(), v.maxLength(64)) }),
  ciphertext: v.pipe(v.string(), v.base64(), v.maxLength(65_536)),
});

/** The costs go-securesystemslib reads: anything else is an attack on memory or a key that is too cheap to guess. */
const ALLOWED_N: readonly number[] = [32_768, 65_536, 131_072];
const NEW_N = 65_536;
const BLOCK_SIZE = 8;
const PARALLELISM = 1;

const keyOf = (password: string, salt: Uint8Array, N: number): Uint8Array =>
  new Uint8Array(scryptSync(password, salt, nacl.secretbox.keyLength, { N, r: BLOCK_SIZE, p: PARALLELISM, maxmem: 256 * N * BLOCK_SIZE }));

/** JSON text of a container that holds `plaintext`. An empty password is valid, as it is for cosign. */
export const encryptContainer = (plaintext: Uint8Array, password: string): string => {
  const salt = randomBytes(32);
  const nonce = randomBytes(nacl.secretbox.nonceLength);
  const ciphertext = nacl.secretbox(new Uint8Array(plaintext), new Uint8Array(nonce), keyOf(password, salt, NEW_N));
  return JSON.stringify({
    kdf: { name: "scrypt", params: { N: NEW_N, r: BLOCK_SIZE, p: PARALLELISM }, salt: salt.toString("base64") },
    cipher: { name: "nacl/secretbox", nonce: nonce.toString("base64") },
    ciphertext: Buffer.from(ciphertext).toString("base64"),
  });
};

const readContainer = (text: string, path: string): v.InferOutput<typeof Container> => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new SeaworthyError("INPUT_INVALID", `${path}: the encrypted key does not hold JSON`);
  }
  const parsed = v.safeParse(Container, json);
  if (parsed.success) return parsed.output;
  throw new SeaworthyError(
    "INPUT_INVALID",
    `${path}: not a key container cosign writes: ${v.getDotPath(parsed.issues[0]) ?? "it"} is wrong`,
  );
};

/** @param path named in errors. @throws INPUT_INVALID for another format, other scrypt costs, or a wrong password. */
export const decryptContainer = (text: string, password: string, path: string): Buffer => {
  const { kdf, cipher, ciphertext } = readContainer(text, path);
  const { N, r, p } = kdf.params;
  if (!ALLOWED_N.includes(N) || r !== BLOCK_SIZE || p !== PARALLELISM)
    throw new SeaworthyError(
      "INPUT_INVALID",
      `${path}: unsupported scrypt parameters N=${N} r=${r} p=${p}: N must be one of ${ALLOWED_N.join(", ")}, r 8, p 1`,
    );
  const nonce = new Uint8Array(Buffer.from(cipher.nonce, "base64"));
  if (nonce.length !== nacl.secretbox.nonceLength)
    throw new SeaworthyError("INPUT_INVALID", `${path}: the nonce has ${nonce.length} bytes, not 24`);
  const key = keyOf(password, Buffer.from(kdf.salt, "base64"), N);
  const opened = nacl.secretbox.open(new Uint8Array(Buffer.from(ciphertext, "base64")), nonce, key);
  if (opened === null)
    throw new SeaworthyError("INPUT_INVALID", `${path}: the password does not open this key, or the file was changed`, {
      hint: "Set COSIGN_PASSWORD to the password the key was made with; an empty one counts.",
    });
  return Buffer.from(opened);
};
