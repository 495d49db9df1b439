import { expect, test } from "vitest";
import { digestOf, formatPlatform, parsePlatform } from "../../core/index.ts";
import { choosePlatform, type Index, MEDIA, parseImageConfig, parseJsonObject, parseManifest } from "../index.ts";

const blob = (text: string, mediaType: string = MEDIA.ociLayer): object => ({ mediaType, digest: digestOf(text), size: text.length });
const bytes = (value: unknown): Buffer => Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
const image = { schemaVersion: 2, config: blob("{}", MEDIA.ociConfig), layers: [blob("layer")] };

test("a manifest keeps its bytes, its digest and what we do not know", () => {
  const text = JSON.stringify(
    { ...image, "x-future": { a: 1 }, annotations: { k: "v" }, layers: [{ ...blob("layer"), "x-own": true }] },
    undefined,
    3,
  );
  const manifest = parseManifest(bytes(text));
  expect(manifest.kind).toBe("manifest");
  expect(Buffer.from(manifest.bytes).toString()).toBe(text);
  expect(manifest.digest).toBe(digestOf(text));
  expect(manifest.mediaType).toBe(MEDIA.ociManifest);
  expect(manifest.json["x-future"]).toEqual({ a: 1 });
  expect(manifest.kind === "manifest" && manifest.layers[0]).toMatchObject({ "x-own": true });
  expect(manifest.annotations).toEqual({ k: "v" });
});

test("Docker's types are told from OCI's by the document or by who gave it", () => {
  expect(parseManifest(bytes({ ...image, mediaType: MEDIA.dockerManifest })).mediaType).toBe(MEDIA.dockerManifest);
  expect(parseManifest(bytes(image), { mediaType: MEDIA.dockerManifest }).mediaType).toBe(MEDIA.dockerManifest);
  expect(parseManifest(bytes({ schemaVersion: 2, manifests: [] })).kind).toBe("index");
});

const bad: readonly (readonly [string, unknown, RegExp])[] = [
  ["both an image and an index", { ...image, manifests: [] }, /both an image and an index/],
  ["a digest that is none", { ...image, config: { ...blob("x"), digest: "sha256:xyz" } }, /config\.digest: is not a digest/],
  ["a digest of an unknown kind", { ...image, config: { ...blob("x"), digest: `md5:${"a".repeat(32)}` } }, /config\.digest/],
  ["a negative size", { ...image, layers: [{ ...blob("x"), size: -1 }] }, /layers\.0\.size/],
  ["a size that is no whole number", { ...image, layers: [{ ...blob("x"), size: 1.5 }] }, /layers\.0\.size/],
  ["a size as text", { ...image, layers: [{ ...blob("x"), size: "5" }] }, /layers\.0\.size/],
  ["schema 1", { schemaVersion: 1, mediaType: "application/vnd.docker.distribution.manifest.v1+json" }, /schema 1 images are too old/],
  ["an array", [], /not a JSON object/],
  ["no config", { schemaVersion: 2, layers: [] }, /config/],
  ["a key twice", '{"schemaVersion":2,"schemaVersion":2}', /"schemaVersion" is given twice/],
  ["a key twice, once escaped", '{"layers":[],"l\\u0061yers":[]}', /"layers" is given twice/],
  ["a key twice deep inside", '{"schemaVersion":2,"x":[{"a":{"b":1,"c":"}","b":2}}]}', /"b" is given twice/],
];
test.each(bad)("refuses %s", (_name, value, words) => {
  expect(() => parseManifest(bytes(value))).toThrow(words);
});

test("equal keys in different objects, and quotes and braces in strings, are no repetition", () => {
  const text = String.raw`{"a":{"k":"{\"k\":1,"},"b":[{"k":1},{"k":2}],"c":"\\","d":","}`;
  expect(parseJsonObject(bytes(text), "it", 1000)).toEqual(JSON.parse(text));
});

test("bounds: size and depth", () => {
  expect(() => parseManifest(Buffer.alloc(4 * 1024 * 1024 + 1, " "))).toThrow(/at most/);
  expect(() => parseJsonObject(bytes(`{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`), "it", 1e6)).toThrow(/nested more than 64/);
});

test("a configuration as Docker writes it, nulls and all", () => {
  const config = parseImageConfig(
    bytes({
      architecture: "aarch64",
      os: "linux",
      config: {
        User: "",
        Env: ["A=1"],
        Cmd: ["node", "x.js"],
        Entrypoint: null,
        Volumes: null,
        ExposedPorts: { "80/tcp": {} },
        Labels: null,
        Healthcheck: { Test: ["CMD", "true"], Interval: 5e9 },
      },
      rootfs: { type: "layers", diff_ids: [digestOf("layer")] },
      history: [{ created_by: "COPY", empty_layer: true }],
    }),
  );
  expect(formatPlatform(config.platform)).toBe("linux/arm64");
  expect(config.run).toEqual({
    env: ["A=1"],
    command: ["node", "x.js"],
    exposedPorts: ["80/tcp"],
    volumes: [],
    labels: {},
    healthcheck: { test: ["CMD", "true"], intervalNs: 5e9 },
  });
  expect(config.history).toEqual([{ createdBy: "COPY", emptyLayer: true }]);
  expect(config.diffIds).toEqual([digestOf("layer")]);
  expect(() => parseImageConfig(bytes({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: ["x"] } }))).toThrow(
    /rootfs\.diff_ids\.0/,
  );
});

const indexOf = (...platforms: readonly string[]): Index => {
  const manifests = platforms.map((text) => {
    const [os = "", architecture = "", variant] = text.split("/");
    return { ...blob(text, MEDIA.ociManifest), platform: { os, architecture, ...(variant === undefined ? {} : { variant }) } };
  });
  const index = parseManifest(bytes({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests }));
  if (index.kind !== "index") throw new Error("not an index");
  return index;
};

test.each([
  ["linux/amd64", ["linux/arm64", "linux/amd64"], "linux/amd64"],
  ["linux/arm64", ["linux/amd64", "linux/arm64/v8"], "linux/arm64/v8"],
  ["linux/arm/v7", ["linux/arm/v5", "linux/arm/v6", "linux/arm64"], "linux/arm/v6"],
  ["linux/arm/v6", ["linux/arm/v7", "linux/arm/v5"], "linux/arm/v5"],
  ["linux/amd64", ["linux/amd64/v3", "linux/amd64"], "linux/amd64"],
])("%s takes from %j: %s", (want, have, expected) => {
  expect(choosePlatform(indexOf(...have), parsePlatform(want)).digest).toBe(digestOf(expected));
});

test("no image for a platform: named with what there is, attestations left out", () => {
  expect(() => choosePlatform(indexOf("linux/amd64", "unknown/unknown"), parsePlatform("linux/arm64"))).toThrow(
    /no image for linux\/arm64; it has linux\/amd64$/,
  );
  expect(() => choosePlatform(indexOf("linux/arm/v7"), parsePlatform("linux/arm/v6"))).toThrow(
    expect.objectContaining({ code: "PLATFORM_MISSING" }),
  );
});
