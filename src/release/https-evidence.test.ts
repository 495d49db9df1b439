import { expect, test } from "vitest";
import type { CertificateStatus } from "../proxy/index.ts";
import { httpsEvidence } from "./https-evidence.ts";
import { dbService, manifestOf, webService } from "./test-data/manifests.ts";

const certificate = (changes: Partial<CertificateStatus> = {}): CertificateStatus => ({
  id: "shop.0123456789abcdef",
  project: "shop",
  files: { certificate: "/a", key: "/a" },
  names: ["shop.localhost"],
  notBeforeMs: 0,
  notAfterMs: Date.parse("2027-01-02T00:00:00Z"),
  state: "good",
  ...changes,
});
const web = webService("1", { route: { hosts: ["shop.localhost", "*"], port: 3000, ready: "/" } });
const states = (certificates: readonly CertificateStatus[], watched: boolean, services = [web]) =>
  httpsEvidence({ certificates, watched, manifest: manifestOf("1", services), project: "shop", now: 1 }).map(
    ({ verdict }) => verdict.state,
  );

test("proven is what is served, holds, covers each host, and is renewed by somebody", () => {
  expect(states([certificate()], true)).toEqual(["proven"]);
  expect(states([certificate()], false)).toEqual(["not-tried"]);
  expect(states([certificate({ names: ["other.localhost"] })], true)).toEqual(["not-tried"]);
  expect(states([], true)).toEqual(["not-tried"]);
  expect(states([certificate(), certificate({ state: "ended" })], true)).toEqual(["disproved"]);
  expect(states([], true, [dbService("1")])).toEqual([]);
});
