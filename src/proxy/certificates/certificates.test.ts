import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SeaworthyError } from "../../core/index.ts";
import { makeCertificate } from "../../../test/support/make-certificate.ts";
import type { CertificateFiles } from "./certificate.ts";
import { type Certificates, createCertificates, endingIn } from "./certificates.ts";
import { type CertificateStore, openCertificateStore } from "./store.ts";

const DAY_MS = 24 * 3600 * 1000;
let folder: string;
let store: CertificateStore;
let certificates: Certificates;
let now: number;
/** What HAProxy was made to serve, by id. */
let applied: readonly string[][];
let refuses: boolean;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sw-certificates-"));
  store = openCertificateStore(join(folder, "sources"), join(folder, "pems"));
  now = Date.now() + 1000;
  applied = [];
  refuses = false;
  certificates = createCertificates({
    store,
    clock: { now: () => now, elapsed: () => now, sleep: async () => undefined },
    hostsOf: () => ["web.example"],
    locked: (_, work) => work(),
    apply: async () => {
      if (refuses) throw new SeaworthyError("PROXY_UNREACHABLE", "HAProxy refused it");
      applied = [...applied, store.all().map(({ names }) => names.join())];
    },
    serve: async () => undefined,
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const made = (name: string, names: readonly string[] = [`${name}.example`]): CertificateFiles => makeCertificate(folder, name, { names });
const names = (): readonly string[] => certificates.list().map((one) => one.names.join());

test("what did not change is not applied again; what is no longer named goes, and of another project stays", async () => {
  const [web, api] = [made("web"), made("api")];
  await certificates.install("shop", [web, api]);
  await certificates.install("shop", [web]);
  await certificates.install("blog", [made("blog")]);
  expect(applied).toHaveLength(2);
  await certificates.keepOnly("shop", [web]);
  expect(names().toSorted()).toEqual(["blog.example", "web.example"]);
});

test("all or none: one bad pair, and nothing is written", async () => {
  const web = made("web");
  const bad = { ...made("bad"), key: web.key };
  await expect(certificates.install("shop", [web, bad])).rejects.toMatchObject({ code: "INPUT_INVALID" });
  expect([names(), applied]).toEqual([[], []]);
  expect(await certificates.install("shop", [web, bad], { lenient: true })).toEqual([
    expect.stringContaining("is not that of the certificate"),
  ]);
  expect(names()).toEqual(["web.example"]);
});

test("what HAProxy does not take is taken back on disk", async () => {
  const web = made("web");
  await certificates.install("shop", [web]);
  const [before] = store.all();
  made("web");
  refuses = true;
  await expect(certificates.install("shop", [web])).rejects.toMatchObject({ code: "PROXY_UNREACHABLE" });
  await expect(certificates.install("shop", [made("api")])).rejects.toMatchObject({ code: "PROXY_UNREACHABLE" });
  expect(store.all()).toEqual([before]);
});

test("a renewal is judged by the hosts it has to be for, unless another certificate is", async () => {
  const web = made("web");
  await certificates.install("shop", [web]);
  expect(await certificates.renew()).toMatchObject([{ outcome: "same" }]);
  made("web", ["elsewhere.example"]);
  expect(await certificates.renew()).toMatchObject([{ outcome: "refused", names: ["web.example"] }]);
  await certificates.install("shop", [made("any", ["*.example"])]);
  expect((await certificates.renew()).map(({ outcome }) => outcome).toSorted()).toEqual(["renewed", "same"]);
  rmSync(web.key);
  expect((await certificates.renew()).find(({ outcome }) => outcome === "refused")?.because).toContain("not found");
});

test("near its end means two weeks, and for a short life a third of it", async () => {
  await certificates.install("shop", [made("web")]);
  const [one] = store.all();
  if (one === undefined) throw new Error("it is gone");
  expect(endingIn(one, now + 75 * DAY_MS)).toBeUndefined();
  expect(endingIn(one, now + 80 * DAY_MS)).toMatch(/^the certificate of web\.example ends in 9 days$/);
  expect(endingIn(one, now + 91 * DAY_MS)).toBe("the certificate of web.example has ended");
  const short = { names: ["s"], notBeforeMs: 0, notAfterMs: 6 * DAY_MS };
  expect([endingIn(short, 3 * DAY_MS), endingIn(short, 4.5 * DAY_MS)]).toEqual([undefined, "the certificate of s ends in 1 day"]);
  now += 80 * DAY_MS;
  expect(certificates.list()).toMatchObject([{ state: "ending" }]);
});

test("files that somebody spoilt are named, and nothing else is touched", async () => {
  await certificates.install("shop", [made("web"), made("api")]);
  const bad = store.all()[0]?.id ?? "";
  writeFileSync(join(folder, "sources", `${bad}.json`), `{"certificate": "../../etc/passwd"}`);
  writeFileSync(join(folder, "sources", "..evil.json"), "{}");
  expect(store.broken()).toEqual([expect.stringContaining(bad)]);
  expect(store.all()).toHaveLength(1);
});
