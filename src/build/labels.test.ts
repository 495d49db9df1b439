import { expect, test } from "vitest";
import { labelsFor, mergeLabels, sourceUrl } from "./labels.ts";

test("OCI labels, sorted, with the commit's time and no credentials", () => {
  const labels = labelsFor({
    title: "shop/web",
    version: "1.2.3",
    commit: "abc",
    remoteUrl: "https://ann:token@git.example/acme/shop.git",
    createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  });
  expect(Object.entries(labels)).toEqual([
    ["org.opencontainers.image.created", "2026-01-02T03:04:05Z"],
    ["org.opencontainers.image.revision", "abc"],
    ["org.opencontainers.image.source", "https://git.example/acme/shop"],
    ["org.opencontainers.image.title", "shop/web"],
    ["org.opencontainers.image.version", "1.2.3"],
  ]);
});

test.each([
  ["git@github.com:acme/shop.git", "https://github.com/acme/shop"],
  ["ssh://git@git.example:2222/acme/shop.git", "https://git.example/acme/shop"],
  ["http://git.example:8080/acme/shop/", "http://git.example:8080/acme/shop"],
  ["../elsewhere", undefined],
  ["/srv/git/shop.git", undefined],
])("source of %s", (remote, wanted) => {
  expect(sourceUrl(remote)).toBe(wanted);
});

test("the Dockerfile's title stays, its revision does not", () => {
  const written = { "org.opencontainers.image.title": "The Shop", "org.opencontainers.image.revision": "forged", maintainer: "ann" };
  const merged = mergeLabels(written, { "org.opencontainers.image.title": "shop/web", "org.opencontainers.image.revision": "abc" });
  expect(merged).toEqual({ "org.opencontainers.image.title": "The Shop", "org.opencontainers.image.revision": "abc", maintainer: "ann" });
  expect(Object.keys(merged)).toEqual(Object.keys(merged).toSorted());
});
