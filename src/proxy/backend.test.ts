import { describe, expect, test } from "vitest";
import { FULL_TRAFFIC, NO_TRAFFIC } from "../core/index.ts";
import { behindCheck, isBackendName, isServerName, parseBackend, projectOf } from "./backend.ts";
import { backendOf } from "./test-data/backends.ts";

test("a whole backend is taken as it is", () => {
  const backend = backendOf("shop.web", ["r7-1", "r8-1"]);
  expect(parseBackend(backend)).toEqual(backend);
  expect(parseBackend({ ...backend, hosts: ["*"], servers: [] })).toMatchObject({ hosts: ["*"], servers: [] });
  expect([NO_TRAFFIC, FULL_TRAFFIC]).toContain(backend.servers[0]?.weight);
});

describe("refused: what would become more than itself in HAProxy's configuration", () => {
  const good = backendOf("shop.web", ["r7-1"]);
  const server = good.servers[0];
  const hostile = ["\n", "a\nb", "a b", "a#b", "a'b", 'a"b', "a\\b", "a\tb", "a\0b", ""];
  test.each(hostile)("%j, wherever it stands", (text) => {
    for (const bad of [
      { ...good, name: `shop.${text}` },
      { ...good, name: text },
      { ...good, hosts: [text] },
      { ...good, hosts: ["ok.example", text] },
      { ...good, check: { ...good.check, path: text } },
      { ...good, check: { ...good.check, path: `/${text}x#` } },
      { ...good, check: { ...good.check, host: text } },
      { ...good, servers: [{ ...server, name: text }] },
      { ...good, servers: [{ ...server, address: text }] },
    ])
      expect(() => parseBackend(bad), JSON.stringify(bad)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  });

  test.each([
    ["nothing", undefined],
    ["a list", []],
    ["text", "shop.web"],
    ["no hosts", { ...good, hosts: [] }],
    ["no check", { ...good, check: undefined }],
    ["no servers", { ...good, servers: undefined }],
    ["a server that is nothing", { ...good, servers: [null] }],
    ["one name twice", { ...good, servers: [server, server] }],
    ["a name instead of an address", { ...good, servers: [{ ...server, address: "db.internal" }] }],
    ["an address beyond 255", { ...good, servers: [{ ...server, address: "10.0.0.256" }] }],
    ["a port beyond 65535", { ...good, servers: [{ ...server, port: 65_536 }] }],
    ["a port of text", { ...good, servers: [{ ...server, port: "80 backup" }] }],
    ["a weight beyond 256", { ...good, servers: [{ ...server, weight: 257 }] }],
    ["no port to listen on", { ...good, httpPort: undefined }],
    ["a port of 0", { ...good, httpPort: 0 }],
  ])("%s", (_, value) => {
    expect(() => parseBackend(value)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  });
});

test("a backend's name is its project and its service, and cannot be a path", () => {
  expect(["shop.web", "shop-staging.Web_1", "a.b.c", "a._"].every(isBackendName)).toBe(true);
  expect(["web", ".web", "shop.", "Shop.web", "../x.y", "a./../b", "a.b/c", `a.${"x".repeat(200)}`].some(isBackendName)).toBe(false);
  expect([projectOf("shop.web.internal"), projectOf("shop-staging.web")]).toEqual(["shop", "shop-staging"]);
  expect([isServerName("r12-3"), isServerName("r1 -3"), isServerName("-1")]).toEqual([true, false, false]);
});

test("servers let in by an earlier check keep it until it is the backend's again", () => {
  const [server] = backendOf("shop.web", ["r7-1"]).servers;
  if (server === undefined) throw new Error("a backend of one server has it");
  const old = { path: "/up", host: "shop.localhost" };
  const now = { path: "/readyz", host: "shop.localhost" };
  const behind = behindCheck([server], old, now);
  expect(behind).toEqual([{ ...server, check: old }]);
  expect(behindCheck(behind, now, { path: "/other", host: "shop.localhost" })).toEqual([{ ...server, check: old }]);
  expect(behindCheck(behind, now, old)).toEqual([server]);
  expect(behindCheck([server], now, now)).toEqual([server]);
});
