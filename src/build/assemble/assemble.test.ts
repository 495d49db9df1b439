import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Digest, digestOf } from "../../core/index.ts";
import { createLayout, parseImageConfig, type TimeRule, writeTar } from "../../image/index.ts";
import { stepsOf } from "../dockerfile/inputs.ts";
import { assembleImage } from "./assemble.ts";
import { writeConfig } from "./config.ts";
import { openLayerCache } from "./layer-cache.ts";
import { planLayers } from "./layer-times.ts";
import { parallelGzip } from "./parallel-gzip.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-assemble-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const all = async (source: AsyncIterable<Uint8Array>): Promise<Buffer> => Buffer.concat(await Array.fromAsync(source));

describe("gzip", () => {
  const text = Buffer.from(Array.from({ length: 400_000 }, (_, at) => `line ${at % 977}\n`).join(""));
  test.each([0, 1, 1024 * 1024, 1024 * 1024 + 1, text.length])("%i bytes come back, whatever the chunks", async (size) => {
    const bytes = text.subarray(0, size);
    const packed = await all(parallelGzip(inChunks(bytes, 65_536)));
    expect(gunzipSync(packed).equals(bytes)).toBe(true);
    expect((await all(parallelGzip(inChunks(bytes, 777_777)))).equals(packed)).toBe(true);
    expect(packed.subarray(0, 10)).toEqual(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]));
  });
  test("blocks use the window before them: no worse than 2 % over one stream", async () => {
    const { gzipSync } = await import("node:zlib");
    expect((await all(parallelGzip(inChunks(text, 65_536)))).length).toBeLessThan(gzipSync(text, { level: 6 }).length * 1.02);
  });
});

describe("an image from the engine's archive", () => {
  const tar = async (mtimeSeconds: number): Promise<Buffer> =>
    all(writeTar([{ path: "app/it", mtimeSeconds, body: Buffer.from("compress me ".repeat(5000)) }]));
  const configOf = (diffIds: readonly Digest[]): Buffer =>
    Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: diffIds } }));
  /** What `docker save` writes, of as many images as the listing names. */
  const archive = (layer: Buffer, config: Buffer, listing: unknown): Promise<Buffer> =>
    all(
      writeTar([
        { path: "aa/layer.tar", body: layer },
        { path: "c.json", body: config },
        { path: "manifest.json", body: Buffer.from(JSON.stringify(listing)) },
      ]),
    );
  const ONE = [{ Config: "c.json", Layers: ["aa/layer.tar"] }];
  const assemble = async (bytes: Buffer, times?: TimeRule) =>
    assembleImage({
      images: { save: () => inChunks(bytes, 1000) },
      id: digestOf("the engine's name"),
      layout: await createLayout(join(folder, randomUUID())),
      cache: openLayerCache(join(folder, randomUUID())),
      spoolFolder: join(folder, "spool"),
      createdAt: 0,
      labels: {},
      plan: async ({ diffIds }) => ({
        plans: diffIds.map((engineDiffId) => ({ engineDiffId, ...(times === undefined ? {} : { times }) })),
        baseHistory: 0,
      }),
    });

  test.each([
    ["as it is", (layer: Buffer) => layer],
    ["gzip", gzipSync],
    ["zstd", zstdCompressSync],
  ])("a layer that the engine saved %s has the digest of its tar", async (_name, pack) => {
    const layer = await tar(5000);
    const bytes = await archive(pack(layer), configOf([digestOf(layer)]), ONE);
    const image = await assemble(bytes);
    expect(image.config.diffIds).toEqual([digestOf(layer)]);
    expect(image.layers[0]?.uncompressedSizeBytes).toBe(layer.length);
    const timed = await assemble(bytes, { to: 300, laterThan: 200 });
    expect(timed.config.diffIds).toEqual([digestOf(await tar(300))]);
    expect(readdirSync(join(folder, "spool"))).toEqual([]);
  });

  test.each([
    ["two images", [...ONE, ...ONE], /holds 2/],
    ["no image", [], /holds 0/],
    ["a layer that is not there", [{ Config: "c.json", Layers: ["dd/layer.tar"] }], /has no "dd\/layer.tar"/],
    ["a layer too few", [{ Config: "c.json" }], /0 layers where its configuration names 1/],
  ])("%s is refused, and nothing is left", async (_name, listing, wanted) => {
    const layer = await tar(0);
    await expect(assemble(await archive(layer, configOf([digestOf(layer)]), listing))).rejects.toThrow(wanted);
    expect(readdirSync(join(folder, "spool"))).toEqual([]);
  });

  test.each([
    ["as it is", (layer: Buffer) => layer],
    ["gzip", gzipSync],
  ])("another layer than the configuration names is refused: %s", async (_name, pack) => {
    const bytes = await archive(pack(await tar(1)), configOf([digestOf("another")]), ONE);
    await expect(assemble(bytes)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });

  test("a layer whose compression is damaged is refused", async () => {
    const layer = await tar(0);
    const packed = gzipSync(layer);
    const bytes = await archive(packed.subarray(0, packed.length - 20), configOf([digestOf(layer)]), ONE);
    await expect(assemble(bytes)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });
});

describe("the layer cache", () => {
  const bytes = Buffer.from("a compressed layer");
  const layer = { diffId: digestOf("tar"), digest: digestOf(bytes), sizeBytes: bytes.length, uncompressedSizeBytes: 3 };
  const stored = async () => {
    const layout = await createLayout(join(folder, "one"));
    await layout.writeBlob(bytes);
    const cache = openLayerCache(join(folder, "cache"));
    await cache.keep("k", layer, layout);
    return cache;
  };
  test("gives a layer to another layout", async () => {
    const cache = await stored();
    const other = await createLayout(join(folder, "two"));
    expect(await cache.fetch("k", other)).toEqual(layer);
    expect(await other.blobSize(layer.digest)).toBe(bytes.length);
    expect(await cache.fetch("unknown", other)).toBeUndefined();
  });
  test("a changed entry is thrown away, not used", async () => {
    const cache = await stored();
    rmSync(join(folder, "cache/k.gz"));
    writeFileSync(join(folder, "cache/k.gz"), "a compressed lawyer");
    const other = await createLayout(join(folder, "two"));
    expect(await cache.fetch("k", other)).toBeUndefined();
    expect(await other.blobSize(layer.digest)).toBeUndefined();
    expect(readdirSync(join(folder, "cache"))).toEqual([]);
  });
  test("a configuration that is not what its name says is not used", async () => {
    const cache = await stored();
    await cache.keepConfig(digestOf("config"), Buffer.from("config"));
    expect((await cache.fetchConfig(digestOf("config")))?.toString()).toBe("config");
    await cache.keepConfig(digestOf("other"), Buffer.from("config"));
    expect(await cache.fetchConfig(digestOf("other"))).toBeUndefined();
  });
  test("the sweep takes what was not used for longest", async () => {
    const cache = await stored();
    writeFileSync(join(folder, "cache/old.gz"), Buffer.alloc(5000));
    utimesSync(join(folder, "cache/old.gz"), 1, 1);
    expect(await cache.sweep(10_000)).toBe(0);
    expect(await cache.sweep(1000)).toBe(5000);
    expect(readdirSync(join(folder, "cache")).toSorted()).toEqual(["k.gz", "k.json"]);
  });
  test("what a killed build left goes after a day, what one is doing now stays", async () => {
    const cache = await stored();
    for (const name of ["save-old", "save-now"]) mkdirSync(join(folder, "cache", name));
    utimesSync(join(folder, "cache/save-old"), 1, 1);
    await cache.sweep(0);
    expect(readdirSync(join(folder, "cache"))).toEqual(["save-now"]);
  });
});

describe("whose layer, and of what time", () => {
  const dockerfile = `# syntax-less
FROM base:1 AS deps
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=secret,id=ca \\
    # a comment in between
    npm ci

FROM slim:1
WORKDIR /app
COPY --from=deps /app/node_modules ./node_modules
COPY src ./src
ENV A=1
`;
  const history = (own: readonly string[], baseEmpty = 1) => [
    { created: "2025-01-01T00:00:00Z", created_by: "base" },
    ...Array.from({ length: baseEmpty }, () => ({ created: "2025-01-01T00:00:00Z", created_by: "CMD x", empty_layer: true })),
    ...own.map((created_by) => ({
      created: "2026-06-01T00:00:00Z",
      created_by,
      comment: "buildkit.dockerfile.v0",
      ...(created_by.startsWith("ENV") ? { empty_layer: true } : {}),
    })),
  ];
  const configOf = (entries: readonly object[], layers: number) =>
    parseImageConfig(
      Buffer.from(
        JSON.stringify({
          architecture: "amd64",
          os: "linux",
          container: "c0ffee",
          config: { Hostname: "h0st", Labels: { own: "1" }, Cmd: ["x"] },
          rootfs: { type: "layers", diff_ids: Array.from({ length: layers }, (_, at) => digestOf(`layer ${at}`)) },
          history: entries,
        }),
      ),
    );
  const steps = ["WORKDIR /app", "COPY /app/node_modules ./node_modules # buildkit", "COPY src ./src # buildkit", "ENV A=1"];
  /** Seconds of the last commit that touched a path. */
  const commits: Readonly<Record<string, number>> = {
    "/c/Dockerfile": 100,
    "/c/package.json": 200,
    "/c/package-lock.json": 150,
    "/c/src": 900,
  };
  const changes = {
    lastChange: async (paths: readonly string[]) => Math.max(...paths.map((path) => commits[path] ?? 0)) * 1000 || undefined,
  };
  const input = { context: "/c", always: ["/c/Dockerfile", "/c/.dockerignore"], createdAt: 900_000, changes };

  test("the base's layers are left alone; each other one has the time of the commit that last changed its inputs", async () => {
    const { plans, baseHistory } = await planLayers({ ...input, config: configOf(history(steps), 4), steps: stepsOf(dockerfile) });
    expect(baseHistory).toBe(2);
    expect(plans.map((plan) => plan.times?.to)).toEqual([undefined, 100, 200, 900]);
    // WORKDIR keeps times that are older than the base; what COPY brings never counts.
    expect(plans.map((plan) => plan.times?.laterThan)).toEqual([undefined, Date.UTC(2025, 0, 1) / 1000, -Infinity, -Infinity]);
  });
  test("where history and Dockerfile differ, everything the builder made has the commit's time", async () => {
    const { plans } = await planLayers({
      ...input,
      config: configOf(history(["COPY other . # buildkit", ...steps.slice(0, 2)]), 4),
      steps: stepsOf(dockerfile),
    });
    expect(plans.map((plan) => plan.times?.to)).toEqual([undefined, 900, 900, 900]);
  });
  test("build arguments, and no repository, mean the commit's time", async () => {
    const { changes: _, ...without } = input;
    const { plans } = await planLayers({ ...without, config: configOf(history(steps), 4), steps: stepsOf(dockerfile) });
    expect(plans.map((plan) => plan.times?.to)).toEqual([undefined, 900, 900, 900]);
  });
  test.each([
    ["a pattern", "FROM a\nCOPY *.json ./", ["everything"]],
    ["a variable", "FROM a\nADD $X /x", ["everything"]],
    ["a whole context in a mount", "FROM a\nRUN --mount=type=bind,target=/x true", ["everything"]],
    ["a cache in a mount", "FROM a\nRUN --mount=type=cache,target=/x true", [[]]],
    ["a stage by number", "FROM a\nCOPY x /\nFROM b\nCOPY --from=0 /x /", [["x"]]],
    ["a stage that is the parent", "FROM a AS One\nCOPY x /\nFROM one\nRUN true", [["x"], ["x"]]],
    ["an image", "FROM a\nCOPY --from=nginx:1 /x /", [[]]],
    ["a here-document", "FROM a\nCOPY <<EOF /x\nFROM trap\nEOF\nRUN true", ["everything", "everything"]],
  ])("inputs of %s", (_name, text, wanted) => {
    expect(stepsOf(text)?.map((step) => (step.inputs === "everything" ? "everything" : [...step.inputs]))).toEqual(wanted);
  });
  test("a stage that is not there", () => expect(stepsOf("FROM a", "nope")).toBeUndefined());

  test("the configuration: the commit's time, our labels, no trace of the machine", () => {
    const written = writeConfig(configOf(history(steps), 4), {
      diffIds: [digestOf("new")],
      baseHistory: 2,
      createdAt: 900_000,
      labels: { ours: "2" },
    });
    const config = JSON.parse(written.toString());
    expect(config).toMatchObject({
      created: "1970-01-01T00:15:00Z",
      config: { Cmd: ["x"], Labels: { ours: "2", own: "1" } },
      rootfs: { diff_ids: [digestOf("new")] },
    });
    expect(written.toString()).not.toMatch(/h0st|c0ffee|2026-06/);
    expect(config.history[0].created).toBe("2025-01-01T00:00:00Z");
    expect(createHash("sha256").update(written).digest("hex")).toBe(
      createHash("sha256")
        .update(
          writeConfig(configOf(history(steps), 4), {
            diffIds: [digestOf("new")],
            baseHistory: 2,
            createdAt: 900_000,
            labels: { ours: "2" },
          }),
        )
        .digest("hex"),
    );
  });
});
