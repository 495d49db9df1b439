import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { byTag, digestOf, parseReference, SeaworthyError } from "../core/index.ts";
import { rememberingStore } from "./remembering-store.ts";
import type { SignatureStore } from "./signature-store.ts";

const root = mkdtempSync(join(tmpdir(), "sw-remember-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const REFERENCE = byTag(parseReference("registry.example/shop/web"), "sha256-abc.sig");
const BLOB = Buffer.from("the payload");
const DIGEST = digestOf(BLOB);

/** A registry that answers, has nothing, or is away. */
const registry = (how: "there" | "empty" | "away"): SignatureStore => {
  const answer = async <T>(value: T): Promise<T | undefined> => {
    if (how === "away") throw new SeaworthyError("REGISTRY_UNREACHABLE", "no route to registry.example");
    return how === "there" ? value : undefined;
  };
  return {
    readManifest: () => answer({ mediaType: "m", bytes: Buffer.from([0, 255, 7]) }),
    readBlob: () => answer(BLOB),
    writeBlob: async () => undefined,
    writeManifest: async () => undefined,
  };
};
const read = async (store: SignatureStore) => [await store.readManifest(REFERENCE), await store.readBlob(REFERENCE, DIGEST, 1000)];

test("what was read once is known when the registry is away, or has lost it, to whoever asks for that", async () => {
  const folder = mkdtempSync(join(root, "f-"));
  const there = await read(rememberingStore(registry("there"), folder, { fallback: false }));
  for (const how of ["away", "empty"] as const)
    expect(await read(rememberingStore(registry(how), folder, { fallback: true }))).toEqual(there);
  expect(await read(rememberingStore(registry("empty"), folder, { fallback: false }))).toEqual([undefined, undefined]);
  await expect(read(rememberingStore(registry("away"), folder, { fallback: false }))).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
  });
});

test("what was never read is not known", async () => {
  const folder = mkdtempSync(join(root, "f-"));
  expect(await read(rememberingStore(registry("empty"), folder, { fallback: true }))).toEqual([undefined, undefined]);
  await expect(read(rememberingStore(registry("away"), folder, { fallback: true }))).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
  });
});

test("a copy that somebody changed is no copy", async () => {
  const folder = mkdtempSync(join(root, "f-"));
  await read(rememberingStore(registry("there"), folder, { fallback: false }));
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), "another");
  expect(await read(rememberingStore(registry("empty"), folder, { fallback: true }))).toEqual([undefined, undefined]);
});
