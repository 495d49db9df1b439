import { describe, expect, test } from "vitest";
import { digestOf } from "./digest.ts";
import { byDigest, byTag, formatReference, isRepository, isTag, parseReference } from "./reference.ts";

const digest = digestOf("x");

describe("Docker Hub's short names", () => {
  test.each([
    ["node", "docker.io/library/node"],
    ["node:24-slim", "docker.io/library/node:24-slim"],
    ["acme/shop", "docker.io/acme/shop"],
    ["docker.io/node", "docker.io/library/node"],
    ["docker.io/acme/shop", "docker.io/acme/shop"],
    ["index.docker.io/node:1", "docker.io/library/node:1"],
    ["library/node", "docker.io/library/node"],
  ])("%s is %s", (text, full) => {
    expect(formatReference(parseReference(text))).toBe(full);
  });
});

describe("what comes before the first slash is a registry when it looks like one", () => {
  test.each([
    ["localhost/shop", "localhost", "shop"],
    ["localhost:5000/shop", "localhost:5000", "shop"],
    ["127.0.0.1:5417/shop/web", "127.0.0.1:5417", "shop/web"],
    ["ghcr.io/acme/shop", "ghcr.io", "acme/shop"],
    ["[::1]:5000/shop", "[::1]:5000", "shop"],
    ["REGISTRY/shop", "REGISTRY", "shop"],
    ["localhosts/shop", "docker.io", "localhosts/shop"],
    ["my-registry/shop", "docker.io", "my-registry/shop"],
  ])("%s", (text, registry, repository) => {
    expect(parseReference(text)).toEqual({ registry, repository });
  });

  test("without a slash a colon is a tag's, even after a word like localhost", () => {
    expect(parseReference("localhost:5000")).toEqual({ registry: "docker.io", repository: "library/localhost", tag: "5000" });
  });
});

test("a tag and a digest may stand together, and what is printed reads back the same", () => {
  const text = `ghcr.io:443/acme/shop.web__a---b:v1.2_3-rc@${digest}`;
  const parsed = parseReference(text);
  expect(parsed).toEqual({ registry: "ghcr.io:443", repository: "acme/shop.web__a---b", tag: "v1.2_3-rc", digest });
  expect(formatReference(parsed)).toBe(text);
  expect(formatReference(byDigest(parsed, digest))).toBe(`ghcr.io:443/acme/shop.web__a---b@${digest}`);
  expect(formatReference(byTag(parsed, "2"))).toBe("ghcr.io:443/acme/shop.web__a---b:2");
});

describe("refused, with the part that is wrong", () => {
  test.each([
    ["", "the name is empty"],
    [":tag", "the name is empty"],
    ["Shop", "not a repository name"],
    ["acme//shop", "not a repository name"],
    ["acme/shop/", "not a repository name"],
    ["/shop", "not a repository name"],
    ["acme/../shop", "not a repository name"],
    ["acme/.shop", "not a repository name"],
    ["acme/shop_", "not a repository name"],
    ["acme/a...b", "not a repository name"],
    ["acme/a___b", "not a repository name"],
    ["shop:", "the tag"],
    ["shop:-x", "the tag"],
    [`shop:${"x".repeat(129)}`, "the tag"],
    ["shop:a b", "the tag"],
    ["https://ghcr.io/acme/shop", "not a"],
    ["ghcr.io:port/shop", "not a registry host"],
    ["ghcr..io/shop", "not a registry host"],
    ["-x.io/shop", "not a registry host"],
    ["x-.io/shop", "not a registry host"],
    ["user@ghcr.io/shop", "not a digest"],
    [`shop@${digest}@${digest}`, "not a digest"],
    ["shop@sha256:abc", "not a digest"],
    ["shop\n", "not a repository name"],
    ["shop --privileged", "not a repository name"],
    [`acme/${"x".repeat(256)}`, "not a repository name"],
    ["sho\u0440", "not a repository name"],
    ["a".repeat(64), "64 hex digits"],
  ])("%j", (text, why) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: "INPUT_INVALID", message: expect.stringContaining(why) }));
  });

  test("a megabyte of almost a reference costs no time worth naming and no long message", () => {
    const begun = performance.now();
    for (const text of ["a-".repeat(500_000), "a/".repeat(500_000), `${"a.".repeat(500_000)}/x`, `x:${"a".repeat(1_000_000)}`])
      expect(() => parseReference(text)).toThrow(expect.objectContaining({ message: expect.stringMatching(/^.{1,1000}$/) }));
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});

test("repositories and tags by themselves", () => {
  expect(isRepository("a/b-c")).toBe(true);
  expect(isRepository("A")).toBe(false);
  expect(isTag("_x")).toBe(true);
  expect(isTag("")).toBe(false);
});
