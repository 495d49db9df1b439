import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import type { Clock } from "../../core/index.ts";
import { type Database, numberOf, textOf } from "../store/database.ts";

/** A key signs for this long, then the next one does. */
const SIGNS_MS = 30 * 24 * 3600_000;

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** Ed25519 keys of this registry; which one a token needs is looked up here by its name, never in the token. */
export interface TokenKeys {
  signing(): SigningKey;
  /** Undefined: no key of ours, or none that still counts. */
  verifying(kid: string): KeyObject | undefined;
  /** From now on a new key signs. The old ones verify what they signed until it ends, or not at all. Works in any process; the others notice. */
  rotate(forgetOld: boolean): string;
}

interface Known {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly madeAt: number;
  readonly verifiesUntil: number | undefined;
}

/** @param overlapMs the longest life of a token: so long an old key verifies. */
export const createTokenKeys = (database: Database, clock: Clock, overlapMs: number): TokenKeys => {
  let known: { readonly version: number; readonly keys: ReadonlyMap<string, Known> } | undefined;
  const keys = (): ReadonlyMap<string, Known> => {
    const version = numberOf(database.one("PRAGMA data_version") ?? {}, "data_version");
    if (known?.version !== version) {
      const rows = database.all("SELECT kid, private_key, made_at, verifies_until FROM token_key ORDER BY made_at");
      const read = rows.map((row): readonly [string, Known] => {
        const privateKey = createPrivateKey(textOf(row, "private_key"));
        const verifiesUntil = row["verifies_until"] === null ? undefined : numberOf(row, "verifies_until");
        return [
          textOf(row, "kid"),
          { privateKey, publicKey: createPublicKey(privateKey), madeAt: numberOf(row, "made_at"), verifiesUntil },
        ];
      });
      known = { version, keys: new Map(read) };
    }
    return known.keys;
  };
  /** In a transaction that looks again: two processes must not each make the key that signs. */
  const rotate = (forgetOld: boolean, unlessMadeAfter: number): string => {
    const now = clock.now();
    const kid = randomBytes(9).toString("base64url");
    try {
      return database.transaction(() => {
        const fresh = database.one("SELECT kid FROM token_key WHERE verifies_until IS NULL AND made_at > ?", unlessMadeAfter);
        if (fresh !== undefined) return textOf(fresh, "kid");
        if (forgetOld) database.run("DELETE FROM token_key");
        database.run("DELETE FROM token_key WHERE verifies_until < ?", now);
        database.run("UPDATE token_key SET verifies_until = ? WHERE verifies_until IS NULL", now + overlapMs);
        const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
        database.run("INSERT INTO token_key (kid, private_key, made_at) VALUES (?, ?, ?)", kid, pem.toString(), now);
        return kid;
      });
    } finally {
      known = undefined;
    }
  };
  const signing = (): SigningKey => {
    for (const [kid, { privateKey, madeAt, verifiesUntil }] of keys())
      if (verifiesUntil === undefined && madeAt > clock.now() - SIGNS_MS) return { kid, privateKey };
    rotate(false, clock.now() - SIGNS_MS);
    return signing();
  };
  return {
    signing,
    verifying: (kid) => {
      const key = keys().get(kid);
      return key === undefined || (key.verifiesUntil ?? Number.POSITIVE_INFINITY) < clock.now() ? undefined : key.publicKey;
    },
    rotate: (forgetOld) => rotate(forgetOld, Number.POSITIVE_INFINITY),
  };
};
