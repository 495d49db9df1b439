import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type NewTarEntry, writeTar } from "../image/index.ts";
import { startRegistry } from "../registry/index.ts";
import { seaworthy } from "./test-data/run.ts";

const folder = mkdtempSync(join(tmpdir(), "sw-image-"));
const at = (name: string): string => join(folder, name);
let registry = "";
let close: () => Promise<void> = async () => undefined;

const tar = async (entries: readonly NewTarEntry[]): Promise<Buffer> => Buffer.concat(await Array.fromAsync(writeTar(entries)));
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const file = (path: string, body: string, mode = 0o644): NewTarEntry => ({ path, body: Buffer.from(body), mode });

/** As an older engine saves it. */
const dockerArchive = async (name: string, layers: readonly (readonly NewTarEntry[])[], more: object = {}): Promise<string> => {
  const tars = await Promise.all(layers.map(tar));
  const config = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: { User: "app", Env: ["A=1"], Labels: { "org.acme": "yes" } },
      rootfs: { type: "layers", diff_ids: tars.map((bytes) => `sha256:${sha256(bytes)}`) },
      history: [
        { created_by: "ENV A=1", empty_layer: true },
        ...tars.map((_, layer) => ({ created_by: `RUN /bin/sh -c step-${layer + 1}` })),
      ],
      ...more,
    }),
  );
  const path = at(name);
  writeFileSync(
    path,
    await tar([
      ...tars.map((body, layer) => ({ path: `${layer}/layer.tar`, body })),
      { path: `${sha256(config)}.json`, body: config },
      {
        path: "manifest.json",
        body: Buffer.from(
          JSON.stringify([
            { Config: `${sha256(config)}.json`, RepoTags: ["shop/web:1.2.3"], Layers: tars.map((_, layer) => `${layer}/layer.tar`) },
          ]),
        ),
      },
    ]),
  );
  return path;
};

const BASE = [file("etc/passwd", "root"), file("var/cache/big", "x".repeat(5000))];
beforeAll(async () => {
  const running = await startRegistry({
    dataFolder: at("registry"),
    listen: { host: "127.0.0.1", port: 0 },
    open: true,
    log: () => undefined,
  });
  registry = running.address;
  close = () => running.close();
  await dockerArchive("amd64.tar", [BASE, [file("var/.wh.cache", ""), file("app/run", "go", 0o4755)]]);
  await dockerArchive("arm64.tar", [BASE, [file("app/run", "arm", 0o755)]], { architecture: "arm64" });
});
afterAll(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

const json = async (...args: readonly string[]) => {
  const { exit, out, err } = await seaworthy(["image", ...args, "--json"]);
  return { exit, err, document: JSON.parse(out) as { readonly [key: string]: unknown } };
};
const words = async (...args: readonly string[]): Promise<string> => {
  const { exit, out, err } = await seaworthy(["image", ...args]);
  if (exit !== 0) throw new Error(err);
  return out;
};

test("inspect: the configuration, and each layer with its step", async () => {
  const out = await words("inspect", at("amd64.tar"));
  expect(out).toMatch(/platform +linux\/amd64/);
  expect(out).toMatch(/user +app/);
  expect(out).toMatch(/label +org\.acme=yes/);
  expect(out).toMatch(/2 +2\.56 kB +[0-9a-f]{12} +RUN \/bin\/sh -c step-2/);
  const { document } = await json("inspect", at("amd64.tar"));
  expect(document).toMatchObject({ schema: "seaworthy/image@1", tags: ["shop/web:1.2.3"], config: { run: { user: "app" } } });
});

test("ls: what a container sees, one folder of it, and what a layer brings that is gone", async () => {
  const all = await words("ls", at("amd64.tar"));
  expect(all).toMatch(/-rwsr-xr-x +0:0 +2 B +2 +app\/run\n/);
  expect(all).not.toContain("big");
  expect(await words("ls", at("amd64.tar"), "/etc/")).toMatch(/^mode[^\n]*\n[^\n]*etc\/passwd\n$/);
  expect(await words("ls", at("amd64.tar"), "--layers")).toContain("var/cache/big  (deleted in layer 2)");
  expect(await json("ls", at("amd64.tar"), "nothing")).toMatchObject({ exit: 2, document: { code: "INPUT_NOT_FOUND" } });
});

test("a platform that one image is not for is refused", async () => {
  for (const command of ["ls", "tree", "inspect"])
    expect(await json(command, at("amd64.tar"), "--platform", "linux/s390x")).toMatchObject({
      exit: 1,
      document: { code: "PLATFORM_MISSING" },
    });
});

test("tree: folders, files, layers and waste", async () => {
  const out = await words("tree", at("amd64.tar"));
  expect(out).toContain("6 B in 2 files, 2 layers; 5 kB wasted, efficiency 0.1%");
  expect(out).toMatch(/5 kB +1 +var\/cache\/big +deleted in layer 2/);
  const { document } = await json("tree", at("amd64.tar"));
  expect(document).toMatchObject({ wastedBytes: 5000, wasted: [{ path: "var/cache/big", layer: 1, byLayer: 2, how: "deleted" }] });
});

test("tree as a gate: what is over a limit is said, and ends with 1", async () => {
  const kept = await json("tree", at("amd64.tar"), "--min-efficiency", "0.001", "--max-wasted", "5kb");
  expect(kept).toMatchObject({ exit: 0, document: { refused: [] } });
  const over = await json("tree", at("amd64.tar"), "--min-efficiency", "0.95", "--max-wasted", "4kb");
  expect(over).toMatchObject({
    exit: 1,
    document: { refused: [expect.stringContaining("less than 0.95"), expect.stringContaining("more than 4")] },
  });
  expect(await json("tree", at("amd64.tar"), "--min-efficiency", "95")).toMatchObject({ document: { code: "USAGE" } });
});

test("diff: settings and files; none between an image and its copy, also where its layers are others", async () => {
  const out = await words("diff", at("amd64.tar"), at("arm64.tar"));
  expect(out).toContain("1 files added, 0 removed, 1 changed");
  expect(out).toMatch(/platform +linux\/amd64 +-> +linux\/arm64/);
  expect(out).toMatch(/~ +\+1 B +app\/run +content, mode/);
  expect(await json("diff", at("amd64.tar"), at("arm64.tar"), "--exit-code")).toMatchObject({
    exit: 1,
    document: { different: true, layers: { sharedBase: 1 } },
  });
  await words("copy", at("amd64.tar"), at("diffed"), "--compress", "zstd");
  expect(await words("diff", at("amd64.tar"), at("diffed"), "--exit-code")).toContain(
    "the same settings and the same files, in the same layers",
  );
});

describe("copy", () => {
  test("round: archive, registry, layout, archive; the digest stays from the registry on, the diffIDs all the way", async () => {
    const first = await json("copy", at("amd64.tar"), `${registry}/round/web:1.0.0`);
    expect(first).toMatchObject({ exit: 0, document: { unchanged: false, manifests: 1, blobs: { sent: 3 } } });
    const { digest } = first.document;
    for (const [from, to] of [
      [`${registry}/round/web:1.0.0`, at("round:1.0.0")],
      [at("round"), at("round.tar")],
      [at("round.tar"), `docker-archive:${at("round-docker.tar")}:shop/web:1`],
      [at("round-docker.tar"), `${registry}/round/again:1.0.0`],
    ] as const)
      expect(await json("copy", from, to)).toMatchObject({ exit: 0, document: { digest, unchanged: true } });
    expect((await json("ls", `${registry}/round/again`, "--tags")).document).toMatchObject({ tags: ["1.0.0"] });
    const diffIds = async (name: string): Promise<unknown> =>
      ((await json("ls", name)).document["layers"] as { diffId: string }[]).map(({ diffId }) => diffId);
    expect(await diffIds(`docker://${registry}/round/again:1.0.0`)).toEqual(await diffIds(at("amd64.tar")));
  });

  test("a try writes nothing, and says what would be sent", async () => {
    const out = await words("copy", at("amd64.tar"), `${registry}/tried/web:1.0.0`, "--dry-run");
    expect(out).toMatch(/would be copied .*3 blobs sent/s);
    expect(await json("ls", `${registry}/tried/web`, "--tags")).toMatchObject({ exit: 7 });
  });

  test.each([
    ["a source that is not there", ["none.tar", "x.tar"], "INPUT_NOT_FOUND", 2],
    ["an archive that is none", ["registry/none.tar", "x.tar"], "INPUT_NOT_FOUND", 2],
    ["a compressed archive to write", ["amd64.tar", "x.tar.gz"], "USAGE", 2],
    ["a folder that holds something else", ["amd64.tar", "registry"], "INPUT_INVALID", 2],
    ["a platform that is not there", ["amd64.tar", "x.tar", "--platform", "linux/s390x"], "PLATFORM_MISSING", 1],
    ["what hangs on it, where it fits nowhere", ["amd64.tar", "docker-archive:x.tar", "--with-referrers"], "USAGE", 2],
  ])("%s is an error with the next step", async (_, args, code, exit) => {
    const [from = "", to = "", ...flags] = args;
    const target = to.startsWith("docker-archive:") ? `docker-archive:${at("x.tar")}` : at(to);
    const result = await json("copy", at(from), target, ...flags);
    expect(result).toMatchObject({ exit, document: { code } });
    expect(result.err).toMatch(/ {2}-> ./);
  });
});

test("index: one image for two platforms, of which each can be had again; two for one platform are refused", async () => {
  const { exit, document } = await json("index", `${registry}/multi/web:1.0.0`, at("amd64.tar"), at("arm64.tar"));
  expect([exit, document["manifests"]]).toEqual([0, 3]);
  const { document: seen } = await json("inspect", `${registry}/multi/web:1.0.0`, "--platform", "linux/arm64");
  expect(seen["platforms"]).toMatchObject([{ platform: "linux/amd64" }, { platform: "linux/arm64" }]);
  expect(seen["config"]).toMatchObject({ platform: "linux/arm64" });
  const again = await json("index", at("multi.tar"), at("amd64.tar"), at("arm64.tar"), "--compress", "gzip");
  expect(again.document["digest"]).toBe(document["digest"]);
  expect(await json("index", at("twice.tar"), at("amd64.tar"), at("diffed"))).toMatchObject({
    exit: 2,
    document: { code: "INPUT_INVALID" },
  });
});

test("save: the same bytes every time", async () => {
  for (const name of ["one.tar", "two.tar"]) await words("save", at("arm64.tar"), "-o", at(name), "--platform", "linux/arm64");
  expect(readFileSync(at("one.tar")).equals(readFileSync(at("two.tar")))).toBe(true);
  expect((await json("inspect", at("one.tar"), "--platform", "linux/arm64")).document).toMatchObject({
    config: { platform: "linux/arm64" },
  });
});
