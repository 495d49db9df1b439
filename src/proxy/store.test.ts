import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FULL_TRAFFIC, NO_TRAFFIC } from "../core/index.ts";
import { openProxyStore } from "./store.ts";
import { backendOf, serverOf } from "./test-data/backends.ts";

const root = mkdtempSync(join(tmpdir(), "sw-proxy-store-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const open = (httpPort = 80) => {
  const folder = mkdtempSync(join(root, "s-"));
  const store = openProxyStore(folder, httpPort);
  return {
    folder,
    store,
    again: (port = httpPort) => openProxyStore(folder, port),
    config: () => readFileSync(join(folder, "config/haproxy.cfg"), "utf8"),
    hosts: () => readFileSync(join(folder, "config/hosts.map"), "utf8"),
    damage: (name: string, text: string) => writeFileSync(join(folder, "backends", `${name}.json`), text),
  };
};

test("what was put is there for the next process, and can be removed", () => {
  const { store, again, folder } = open();
  const web = backendOf("shop.web", ["r1-1"]);
  store.put(web);
  expect([again().backend("shop.web"), again().backends(), again().backend("shop.api")]).toEqual([web, [web], undefined]);
  expect(statSync(join(folder, "backends/shop.web.json")).mode & 0o777).toBe(0o600);
  store.remove("shop.web");
  store.remove("shop.web");
  expect(again().backends()).toEqual([]);
  expect(readdirSync(join(folder, "backends"))).toEqual([]);
});

test("a name that is a path, or a backend that is more than itself, is not put", () => {
  const { store, folder } = open();
  for (const bad of [backendOf("../../etc/x"), backendOf("shop.web", [], { hosts: ["a\nb"] })])
    expect(() => store.put(bad)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  expect(() => store.remove("../uuid")).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  expect(readdirSync(join(folder, "backends"))).toEqual([]);
});

describe("one file that cannot be read", () => {
  test.each([
    ["is cut off", '{"name": "shop.bad", "hos'],
    ["is empty", ""],
    ["is no backend", "[]"],
    ["is about another", JSON.stringify(backendOf("shop.web", ["r1-1"]))],
    ["would inject lines", JSON.stringify(backendOf("shop.bad", [], { check: { path: "/x\nlisten evil", host: "h" } }))],
  ])("because it %s takes nobody else down, is named, and is not guessed at", (_, text) => {
    const { store, damage, config, folder } = open();
    store.put(backendOf("shop.web", ["r1-1"]));
    damage("shop.bad", text);
    expect(store.backends().map(({ name }) => name)).toEqual(["shop.web"]);
    store.render();
    expect(config()).toContain("backend shop.web\n");
    expect(config()).not.toContain("evil");
    expect(store.broken()).toEqual([expect.stringContaining(join(folder, "backends/shop.bad.json"))]);
    expect(() => store.backend("shop.bad")).toThrow(expect.objectContaining({ code: "STATE_NEEDS_PERSON" }));
  });

  test("under a name that no backend has is named too", () => {
    const { store, damage } = open();
    damage("noproject", "{}");
    expect(store.broken()).toHaveLength(1);
    expect(store.backends()).toEqual([]);
  });

  test("that a killed writer left half is nobody's", () => {
    const { store, folder } = open();
    writeFileSync(join(folder, "backends/.123.abc.tmp"), "{");
    expect([store.backends(), store.broken()]).toEqual([[], []]);
  });
});

describe("ports", () => {
  test("are those of all backends, so that no project takes another's away", () => {
    const { store, config, again } = open(80);
    store.put(backendOf("shop.web", [], { httpPort: 80 }));
    store.put(backendOf("blog.web", [], { httpPort: 8080 }));
    store.render();
    expect(config().match(/bind :\d+/g)).toEqual(["bind :80", "bind :8080"]);
    again(9090).render();
    expect(config().match(/bind :\d+/g)).toEqual(["bind :80", "bind :8080"]);
    expect([store.ports(), store.listening()]).toEqual([
      [80, 8080],
      [80, 8080],
    ]);
  });
  test("while there is none, the one asked for", () => {
    const { store, config } = open(8081);
    expect([store.ports(), store.listening()]).toEqual([[8081], []]);
    store.render();
    expect(config()).toContain("bind :8081");
    expect(store.listening()).toEqual([8081]);
  });
  test("of a file from before ports were in it, the one asked for", () => {
    const { store, damage } = open(81);
    const { httpPort: _, ...older } = backendOf("shop.web");
    damage("shop.web", JSON.stringify(older));
    expect(store.backend("shop.web")?.httpPort).toBe(81);
  });
});

describe("the structure", () => {
  const web = backendOf("shop.web", ["r1-1"]);
  const structureWith = (...backends: Parameters<ReturnType<typeof open>["store"]["put"]>[0][]): string => {
    const { store } = open();
    for (const backend of backends) store.put(backend);
    return store.structure();
  };
  test("is written into the configuration, where HAProxy repeats it", () => {
    const { store, config } = open();
    store.put(web);
    store.render();
    expect(config()).toContain(`description seaworthy-${store.structure()}\n`);
  });
  test("does not change with what the runtime API can change", () => {
    const before = structureWith(web);
    expect(structureWith({ ...web, servers: [] })).toBe(before);
    expect(structureWith({ ...web, servers: [serverOf("r1-1", NO_TRAFFIC), serverOf("r2-1", FULL_TRAFFIC)] })).toBe(before);
  });
  test("changes with everything else", () => {
    const all = [
      structureWith(),
      structureWith(web),
      structureWith({ ...web, hosts: ["other.example"] }),
      structureWith({ ...web, hosts: ["*"] }),
      structureWith({ ...web, check: { ...web.check, path: "/other" } }),
      structureWith({ ...web, httpPort: 81 }),
      structureWith(web, backendOf("shop.api")),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
  test("changes when a host goes over to another service of the project", () => {
    const api = backendOf("shop.api", [serverOf("r2-1", NO_TRAFFIC)], { hosts: web.hosts });
    expect(structureWith(web, api)).not.toBe(structureWith(web, { ...api, servers: [serverOf("r2-1")] }));
    const all = { ...web, hosts: ["*"] };
    expect(structureWith(all, { ...api, hosts: ["*"] })).not.toBe(
      structureWith(all, { ...api, hosts: ["*"], servers: [serverOf("r2-1")] }),
    );
  });
});
