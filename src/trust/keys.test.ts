import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { encryptContainer, decryptContainer } from "./encrypted-key.ts";
import { writeKeyPair } from "./key-files.ts";
import { generateKeyPair, importKeyPair, parsePrivateKey, parsePublicKey, readPrivateKey } from "./keys.ts";
import { keyPassword } from "./password.ts";
import { haveVectors, vectorLines, vectorText, WITHOUT_VECTORS } from "./vectors.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "seaworthy-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));
const ownKey = readFileSync(join(import.meta.dirname, "testdata/test-only.key"), "utf8");
const ownPublic = readFileSync(join(import.meta.dirname, "testdata/test-only.pub"), "utf8");

describe("cosign's key file", () => {
  test("reads the committed key, and its public half matches", () => {
    const key = parsePrivateKey(ownKey, "seaworthy-test-only", "test-only.key");
    expect(key.publicPem).toBe(ownPublic);
    expect(key.publicKey.fingerprint).toBe(parsePublicKey(ownPublic, "test-only.pub").fingerprint);
  });

  test("a wrong password is told from a broken file, and never shown", () => {
    expect(() => parsePrivateKey(ownKey, "guess", "test-only.key")).toThrow(/test-only\.key: the password does not open this key/);
    expect(() => parsePrivateKey(ownKey.slice(0, 200), "x", "cut.key")).toThrow(/cut\.key: invalid pem block/);
  });

  test("what is generated can be read, with an empty password too", () => {
    const pair = generateKeyPair("");
    const key = parsePrivateKey(pair.privatePem, "", "new.key");
    const bytes = Buffer.from("bytes");
    expect(pair.privatePem).toMatch(/^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n/);
    expect(parsePublicKey(pair.publicPem, "new.pub").verifies(bytes, key.sign(bytes))).toBe(true);
    expect(parsePublicKey(ownPublic, "own.pub").verifies(bytes, key.sign(bytes))).toBe(false);
  });

  test.each([16_384, 262_144, 2 ** 30])("scrypt cost %i is refused before any memory is taken", (N) => {
    const container = encryptContainer(Buffer.from("key"), "p").replace('"N":65536', `"N":${N}`);
    expect(() => decryptContainer(container, "p", "k")).toThrow(/unsupported scrypt parameters/);
  });

  test.each(["P-256", "P-384", "P-521"])("an imported %s key signs with the hash of its curve", (namedCurve) => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
    const pair = importKeyPair(privateKey.export({ type: "sec1", format: "pem" }).toString(), "p", "in.pem");
    const key = parsePrivateKey(pair.privatePem, "p", "in.key");
    const signature = key.sign(Buffer.from("bytes"));
    const hash = { "P-256": "sha256", "P-384": "sha384", "P-521": "sha512" }[namedCurve];
    // node:crypto's one-shot verify, given the hash by name: not our own table.
    return import("node:crypto").then(({ verify }) => {
      expect(verify(hash, Buffer.from("bytes"), publicKey, signature)).toBe(true);
      expect(verify("sha1", Buffer.from("bytes"), publicKey, signature)).toBe(false);
    });
  });

  test("a private key given as a public one is refused", () => {
    expect(() =>
      parsePublicKey(generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(), "x.pub"),
    ).toThrow(/not a public key/);
  });
});

describe("key files", () => {
  test("the private one is 0600, and neither is ever overwritten", () => {
    const prefix = join(folder, "cosign");
    const { privatePath, publicPath } = writeKeyPair(prefix, generateKeyPair(""));
    expect(statSync(privatePath).mode & 0o777).toBe(0o600);
    const before = readFileSync(privatePath, "utf8");
    expect(() => writeKeyPair(prefix, generateKeyPair(""))).toThrow(/exists and is not overwritten/);
    rmSync(privatePath);
    expect(() => writeKeyPair(prefix, generateKeyPair(""))).toThrow(/cosign\.pub exists/);
    expect(existsSync(privatePath)).toBe(false);
    writeFileSync(privatePath, before);
    expect(readdirSync(folder).toSorted()).toEqual(["cosign.key", "cosign.pub"]);
    expect(readFileSync(publicPath, "utf8")).toMatch(/BEGIN PUBLIC KEY/);
  });

  test("a plain key asks for no password", async () => {
    const path = join(folder, "plain.pem");
    writeFileSync(path, generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    const key = await readPrivateKey(path, () => Promise.reject(new Error("asked")));
    expect(key.publicKey.verifies(Buffer.from("a"), key.sign(Buffer.from("a")))).toBe(true);
    rmSync(path);
  });
});

describe("the password", () => {
  test("comes from COSIGN_PASSWORD, even when empty", async () => {
    expect(await keyPassword({ COSIGN_PASSWORD: "" }, { ask: () => Promise.reject(new Error("asked")) })).toBe("");
  });
  test("is asked for where somebody can answer", async () => {
    expect(await keyPassword({}, { ask: async () => "typed-password" })).toBe("typed-password");
  });
  test("fails at once where nobody can", async () => {
    await expect(keyPassword({})).rejects.toMatchObject({ code: "USAGE" });
  });
});

interface KeyCase {
  readonly file: string;
  readonly mode: "encrypted" | "import" | "public";
  readonly password: string | null;
  readonly expect: string;
}

describe.skipIf(!haveVectors)(`cosign's own keys (${WITHOUT_VECTORS} when skipped)`, () => {
  const cases = vectorLines<KeyCase>("cosign-keys", "cases.jsonl");
  test("there are 20", () => expect(cases).toHaveLength(20));
  test.each(cases)("$file: $expect", ({ file, mode, password, expect: wanted }) => {
    const pem = vectorText(file);
    const read = (): string => {
      if (mode === "public") return parsePublicKey(pem, file).fingerprint;
      if (mode === "import") return importKeyPair(pem, "", file).publicPem;
      return parsePrivateKey(pem, password ?? "a guess", file).publicPem;
    };
    if (!wanted.startsWith("ok")) {
      const reason = /key size not supported: \d+|P-224 not allowed|unsupported private key|invalid pem block/.exec(wanted)?.[0];
      expect(read).toThrow(reason === undefined ? /cannot be parsed|not allowed|does not open/ : new RegExp(reason));
      return;
    }
    expect(read()).not.toBe("");
    if (mode === "import") expect(createPublicKey(createPrivateKey(pem)).export({ type: "spki", format: "pem" }).toString()).toBe(read());
    if (file.endsWith("policy-controller-example-cosign.key")) expect(read().trim()).toBe(vectorText(file.replace(/key$/, "pub")).trim());
  });
});

interface ContainerCase {
  readonly name: string;
  readonly passphrase: string;
  readonly container: object;
  readonly expect: "ok" | "error";
  readonly plaintext?: string;
}

describe.skipIf(!haveVectors)(`go-securesystemslib's containers (${WITHOUT_VECTORS} when skipped)`, () => {
  test.each(vectorLines<ContainerCase>("securesystemslib-encrypted", "vectors.jsonl"))(
    "$name",
    ({ container, passphrase, expect: wanted, plaintext }) => {
      const open = (): string => decryptContainer(JSON.stringify(container), passphrase, "vector").toString("utf8");
      if (wanted === "ok") expect(open()).toBe(plaintext);
      else expect(open).toThrow(/unsupported scrypt parameters/);
    },
  );
});
