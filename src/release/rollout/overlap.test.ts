import { describe, expect, test } from "vitest";
import type { ReleaseService } from "../manifest.ts";
import { dbService, plainSpec, webService } from "../test-data/manifests.ts";
import { orderOf } from "./overlap.ts";

const web = (spec: Partial<ReleaseService["spec"]>, changes: Partial<ReleaseService> = {}): ReleaseService =>
  webService("1", { spec: { ...plainSpec, ...spec }, ...changes });

test("nothing in the way: the new one starts first, behind the proxy or beside it", () => {
  expect(orderOf(web({}))).toEqual({ way: "start-first", why: "the proxy moves traffic when the new one is ready" });
  const { route: _, ...worker } = web({});
  expect(orderOf(worker)).toEqual({ way: "start-first", why: "nothing stops old and new from running side by side" });
});

describe("impossible side by side, whatever was asked for", () => {
  test.each([
    ["a published host port", { ports: [{ hostPort: 5432, containerPort: 5432, protocol: "tcp" as const }] }, "host port 5432"],
    ["the host's network", { networkMode: "host" }, "the host's network"],
    ["an address of its own", { networks: [{ network: "back", aliases: [], address: "172.30.0.9" }] }, "172.30.0.9 in the network back"],
  ])("%s", (_, spec, why) => {
    for (const asked of [{}, { updateOrder: "start-first" } as const, { updateOrder: "stop-first" } as const])
      expect(orderOf(web(spec, asked))).toEqual({ way: "stop-first", why: expect.stringContaining(why) });
  });
  test("a port without a host's side, or an address that the engine chooses, is none of these", () => {
    expect(orderOf(web({ ports: [{ containerPort: 80, protocol: "tcp" }], networks: [{ network: "back", aliases: ["x"] }] })).way).toBe(
      "start-first",
    );
  });
});

describe("what writes somewhere", () => {
  test("stops first, and says where", () => {
    expect(orderOf(dbService("1"))).toEqual({ way: "stop-first", why: expect.stringContaining("the volume data") });
    expect(orderOf(web({ mounts: [{ type: "bind", source: "/srv/up", target: "/up", readOnly: false }] })).why).toContain(
      "the folder /srv/up",
    );
    expect(orderOf(web({ mounts: [{ type: "volume", target: "/cache", readOnly: false }] })).why).toContain("the volume at /cache");
  });
  test("may start first when its owner says that two writers are safe", () => {
    expect(orderOf({ ...dbService("1"), updateOrder: "start-first" })).toEqual({
      way: "start-first",
      why: "deploy.update_config.order says so",
    });
  });
  test("in memory, or reads only, does not", () => {
    expect(
      orderOf(
        web({
          mounts: [
            { type: "tmpfs", target: "/tmp" },
            { type: "volume", volume: "data", target: "/data", readOnly: true },
          ],
        }),
      ).way,
    ).toBe("start-first");
  });
});

test("what the owner asks for is done where it can be", () => {
  expect(orderOf(web({}, { updateOrder: "stop-first" }))).toEqual({ way: "stop-first", why: "deploy.update_config.order says so" });
});
