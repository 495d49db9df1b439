import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCertificate } from "../../../test/support/make-certificate.ts";
import { type CertificateFiles, covers, factsOfPem, readCertificate } from "./certificate.ts";

let folder: string;
let shop: CertificateFiles;
let other: CertificateFiles;
const DAY_MS = 24 * 3600 * 1000;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sw-certificate-"));
  shop = makeCertificate(folder, "shop", { names: ["shop.example", "*.shop.example"] });
  other = makeCertificate(folder, "other", { names: ["other.example"], rsaBits: 2048 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const refusal = (files: CertificateFiles, now = Date.now()): { readonly code: string; readonly message: string } => {
  try {
    readCertificate(files, now);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error("it was taken");
};

test("a pair that belongs together: its names, its end and what HAProxy reads, without an empty line", () => {
  const read = readCertificate(shop, Date.now());
  expect(read.names).toEqual(["*.shop.example", "shop.example"]);
  expect(Math.round((read.notAfterMs - Date.now()) / DAY_MS)).toBe(90);
  expect(read.pem).toMatch(/^-----BEGIN CERTIFICATE-----\n[\s\S]*-----END PRIVATE KEY-----\n$/);
  expect(read.pem).not.toMatch(/\n\n/);
  expect(factsOfPem(read.pem, "x")).toMatchObject({ names: read.names, sha1: read.sha1, chain: 0, notAfterMs: read.notAfterMs });
});

test("one file may hold both, with a chain and words between", () => {
  const [a, b] = [readFileSync(shop.certificate, "utf8"), readFileSync(other.certificate, "utf8")];
  const path = file("both.pem", `Bag attributes\n\n${a}\n\nissuer\n${b}\n${readFileSync(shop.key, "utf8")}`);
  expect(readCertificate({ certificate: path, key: path }, Date.now())).toMatchObject({
    chain: 1,
    names: ["*.shop.example", "shop.example"],
  });
});

test("what cannot serve is refused with its reason, and nothing of a key is said", () => {
  expect(refusal({ ...shop, key: other.key }).message).toContain(
    `the key in ${other.key} is not that of the certificate in ${shop.certificate}`,
  );
  expect(refusal(shop, Date.now() + 91 * DAY_MS).message).toMatch(/ended at \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
  expect(refusal(shop, Date.now() - 2 * DAY_MS).message).toMatch(/is not valid before/);
  expect(refusal({ ...shop, certificate: join(folder, "none.crt") }).code).toBe("INPUT_NOT_FOUND");
  expect(refusal({ ...shop, certificate: shop.key }).message).toContain("has no certificate in PEM form");
  expect(refusal({ ...shop, key: shop.certificate }).message).toContain("has no private key in PEM form");
  expect(refusal(makeCertificate(folder, "nameless", { names: [] })).message).toContain("names no host");
  expect(refusal(makeCertificate(folder, "short", { names: ["a.example"], rsaBits: 1024 })).message).toContain("1024 bits");
  const torn = readFileSync(shop.key, "utf8").replace(/[A-Za-z0-9+/]{40}\n/, "AAAA\n");
  const secret = /[A-Za-z0-9+/]{30}/.exec(torn)?.[0] ?? "?";
  const said = refusal({ ...shop, key: file("torn.key", torn) });
  expect(said.message).toContain("cannot be read");
  expect(JSON.stringify(said) + said.message).not.toContain(secret);
  expect(
    refusal({ ...shop, key: file("locked.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIF\n-----END ENCRYPTED PRIVATE KEY-----\n") })
      .message,
  ).toContain("is encrypted");
  expect(refusal({ ...shop, certificate: file("huge.crt", "x".repeat(300_000)) }).code).toBe("INPUT_TOO_LARGE");
});

test("a wildcard stands for one label", () => {
  const one = { names: ["*.shop.example", "shop.example"] };
  expect(["shop.example", "a.shop.example", "b.a.shop.example", "example", "xshop.example"].map((host) => covers(one, host))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
