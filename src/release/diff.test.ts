import { expect, test } from "vitest";
import { releaseDiff } from "./diff.ts";
import { dbService, imageDigest, manifestOf, plainSpec, webService } from "./test-data/manifests.ts";

const v1 = manifestOf("1.0.0", [webService("1"), dbService("1")]);

test("the same again: nothing", () => {
  expect(releaseDiff({ release: 4, manifest: v1 }, { ...v1, version: "1.0.1" })).toEqual({
    from: { release: 4, version: "1.0.0" },
    to: { version: "1.0.1", dirty: false },
    services: [],
    added: [],
    removed: [],
    changed: [],
  });
});

test("a first release: everything is added", () => {
  const diff = releaseDiff(undefined, v1);
  expect(diff.services.map(({ service, change }) => `${service} ${change}`)).toEqual(["db added", "web added"]);
  expect(diff.added).toEqual(["network default", "volume data"]);
  expect(diff).not.toHaveProperty("from");
});

test("images by digest, settings and secrets by name and never by value", () => {
  const before = webService("1", {
    spec: { ...plainSpec, environment: { PGHOST: "db", API_TOKEN: "hunter2-old", GONE: "x" } },
    secretVersions: { db_password: "aaaa", old: "bbbb" },
  });
  const now = webService("2", {
    replicas: 3,
    spec: {
      ...plainSpec,
      user: "65532",
      environment: { PGHOST: "db", API_TOKEN: "hunter2-new", ADDED: "hunter2-added" },
      resources: { memoryBytes: 1 },
      capDrop: [],
    },
    secretVersions: { db_password: "cccc" },
  });
  const diff = releaseDiff({ release: 1, manifest: manifestOf("1", [before]) }, manifestOf("2", [now]));
  expect(diff.services).toEqual([
    {
      service: "web",
      change: "changed",
      image: { from: imageDigest("web 1"), to: imageDigest("web 2") },
      added: ["environment.ADDED", "user"],
      removed: ["environment.GONE", "secret old"],
      changed: ["capDrop", "environment.API_TOKEN", "replicas", "resources.memoryBytes", "secret db_password"],
    },
  ]);
  expect(JSON.stringify(diff)).not.toMatch(/hunter2|cccc/);
});

test("services, networks and volumes that come, go and change; the commits of both", () => {
  const source = (commit: string, dirty: boolean) => ({ commit, dirty });
  const next = {
    ...manifestOf("2", [webService("1")]),
    volumes: [],
    networks: v1.networks.map((network) => ({ ...network, internal: true })),
    source: source("b".repeat(40), true),
  };
  expect(releaseDiff({ release: 1, manifest: { ...v1, source: source("a".repeat(40), false) } }, next)).toEqual({
    from: { release: 1, version: "1.0.0", commit: "a".repeat(40) },
    to: { version: "2", commit: "b".repeat(40), dirty: true },
    services: [{ service: "db", change: "removed", image: { from: imageDigest("db 1") }, added: [], removed: [], changed: [] }],
    added: [],
    removed: ["volume data"],
    changed: ["network default"],
  });
});
