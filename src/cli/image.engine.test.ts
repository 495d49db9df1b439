import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyImage } from "../../test/support/tiny-image.ts";
import { exec, lastWords } from "../core/index.ts";
import { startRegistry } from "../registry/index.ts";
import { seaworthy } from "./test-data/run.ts";

const NAME = `swt-image-${process.pid}/web:1.2.3`;
const LOADED = `swt-image-${process.pid}/again:1.2.3`;
const folder = mkdtempSync(join(tmpdir(), "sw-image-"));
const at = (name: string): string => join(folder, name);
let registry = "";
let close: () => Promise<void> = async () => undefined;

const done = async (program: string, ...args: readonly string[]): Promise<string> => {
  const result = await exec(program, args, { timeoutMs: 120_000, cwd: folder, env: process.env });
  if (result.exitCode !== 0) throw new Error(`${program} ${args.join(" ")} failed (${result.exitCode}): ${lastWords(result)}`);
  return result.stdout.trim();
};

beforeAll(async () => {
  const running = await startRegistry({
    dataFolder: at("registry"),
    listen: { host: "127.0.0.1", port: 0 },
    open: true,
    log: () => undefined,
  });
  registry = running.address;
  close = () => running.close();
  mkdirSync(at("context"));
  writeFileSync(at("context/app.js"), "console.log(1)\n".repeat(1000));
  writeFileSync(
    at("context/Dockerfile"),
    `FROM ${await tinyImage()}\nCOPY app.js /app/\nRUN mkdir /cache && dd if=/bin/busybox of=/cache/big bs=100000 count=3\nRUN ["/bin/busybox", "rm", "-r", "/cache"]\nUSER 65532\n`,
  );
  await done("docker", "build", "-q", "-t", NAME, "context");
}, 240_000);

afterAll(async () => {
  await close();
  await exec("docker", ["image", "rm", "-f", NAME, LOADED, `${registry}/shop/web:1.0.0`]);
  rmSync(folder, { recursive: true, force: true });
});

const json = async (...args: readonly string[]) => {
  const { exit, out, err } = await seaworthy(["image", ...args, "--json"], { cwd: folder });
  if (exit !== 0) throw new Error(err);
  return JSON.parse(out) as { readonly digest: string; readonly unchanged: boolean; readonly [key: string]: unknown };
};
const diffIdsOf = async (name: string): Promise<unknown> =>
  ((await json("ls", name))["layers"] as { diffId: string }[]).map(({ diffId }) => diffId);
const engine = async (name: string): Promise<{ readonly id: string; readonly layers: string[] }> => {
  const [id = "", layers = ""] = (await done("docker", "image", "inspect", "-f", "{{.Id}} {{json .RootFS.Layers}}", name)).split(" ");
  return { id, layers: JSON.parse(layers) as string[] };
};
const same = async (one: string, other: string): Promise<string> => {
  const { exit, out, err } = await seaworthy(["image", "diff", one, other, "--exit-code"], { cwd: folder });
  return exit === 0 ? out.replace(/^.*: /, "").trim() : `${out}${err}`;
};

test("from layout to registry to archive to engine to layout: the diffIDs stay, and the manifest until the engine drops it", async () => {
  const { id, layers } = await engine(NAME);
  const { digest } = await json("copy", NAME, "./layout:1.0.0");
  for (const [from, to] of [
    ["./layout", `${registry}/shop/web:1.0.0`],
    [`${registry}/shop/web:1.0.0`, "web.tar"],
    ["web.tar", `docker-archive:docker.tar:${LOADED}`],
  ] as const)
    expect(await json("copy", from, to)).toMatchObject({ digest, unchanged: true });
  await json("copy", "docker.tar", `docker-daemon:${LOADED}`);
  expect(await engine(LOADED)).toEqual({ id, layers });
  expect(await json("copy", `docker-daemon:${LOADED}`, "./again:1.0.0")).toMatchObject({ digest });
  for (const name of ["layout", `docker://${registry}/shop/web:1.0.0`, "web.tar", "docker.tar", "again"])
    expect(await diffIdsOf(name)).toEqual(layers);
});

test("what docker export writes is a file system, what skopeo writes to dir: an image, the same as in the engine", async () => {
  const { layers } = await engine(NAME);
  const container = await done("docker", "create", NAME, "sh");
  try {
    await done("docker", "export", "-o", "files.tar", container);
  } finally {
    await exec("docker", ["rm", container]);
  }
  await done("sh", "-c", "gzip -k files.tar");
  const files = await json("ls", "files.tar", "/app");
  expect(files["files"]).toMatchObject([{ path: "app" }, { path: "app/app.js" }]);
  expect(await json("ls", "files.tar.gz", "/app")).toMatchObject({ digest: files.digest, files: files["files"] });
  const { exit, err } = await seaworthy(["check", "--image", "files.tar"], { cwd: folder });
  expect([exit, err]).toEqual([2, expect.stringContaining("only a file system")]);
  await done("skopeo", "copy", "-q", `docker-daemon:${NAME}`, "dir:folder");
  for (const name of ["./folder", "dir:folder"]) expect(await diffIdsOf(name)).toEqual(layers);
  const { digest } = await json("copy", "./folder", "./from-folder:1.0.0");
  expect(await diffIdsOf("from-folder")).toEqual(layers);
  expect(await json("ls", "from-folder")).toMatchObject({ digest });
  // A layer less: those that only look go on and say so, a copy does not.
  const [largest = ""] = readdirSync(at("folder")).toSorted((a, b) => statSync(at(`folder/${b}`)).size - statSync(at(`folder/${a}`)).size);
  rmSync(at(`folder/${largest}`));
  expect(await json("ls", "./folder")).toMatchObject({
    flaws: [{ id: "image:not-whole", message: expect.stringContaining("is missing") }],
  });
  const copied = await seaworthy(["image", "copy", "./folder", "./none:1"], { cwd: folder });
  expect(copied.exit).not.toBe(0);
  expect(readdirSync(folder)).not.toContain("none/index.json");
});

test("the engine itself: it loads what save writes, twice the same bytes, and pulls what copy pushed", async () => {
  const { id } = await engine(NAME);
  await json("save", NAME, "-o", "one.tar");
  await json("save", NAME, "-o", "two.tar");
  expect(readFileSync(at("one.tar")).equals(readFileSync(at("two.tar")))).toBe(true);
  await done("docker", "image", "rm", NAME);
  await done("docker", "load", "-i", "one.tar");
  expect((await engine(NAME)).id).toBe(id);
  await done("docker", "pull", "-q", `${registry}/shop/web:1.0.0`);
  expect((await engine(`${registry}/shop/web:1.0.0`)).id).toBe(id);
  // What was pulled is looked at where it came from.
  expect(await json("inspect", `${registry}/shop/web:1.0.0`)).toMatchObject({ where: `${registry}/shop/web:1.0.0` });
});

test("skopeo reads what is written here, and what skopeo writes is read here", async () => {
  const { digest } = await json("inspect", "./layout");
  for (const name of ["oci:layout:1.0.0", "oci-archive:web.tar", "oci-archive:docker.tar", `docker://${registry}/shop/web:1.0.0`])
    expect(JSON.parse(await done("skopeo", "inspect", ...(name.startsWith("docker:") ? ["--tls-verify=false"] : []), name))).toMatchObject({
      Digest: digest,
    });
  await done("skopeo", "copy", "-q", "docker-archive:docker.tar", "docker-archive:theirs.tar:shop/web:2");
  await done("skopeo", "copy", "-q", "oci:layout:1.0.0", "oci:theirs:2");
  await done("skopeo", "copy", "-q", "oci:layout:1.0.0", "oci-archive:theirs-oci.tar:2");
  for (const name of ["theirs.tar", "theirs", "theirs-oci.tar"])
    expect(await same("layout", name)).toBe("the same settings and the same files, in the same layers");
});

test("zstd both ways: skopeo unpacks ours, and we theirs", async () => {
  await json("copy", "./layout", "./zstd:1", "--compress", "zstd");
  await done("skopeo", "copy", "-q", "--dest-decompress", "oci:zstd:1", "dir:unpacked");
  // skopeo calls files by their digest.
  const unpacked = readdirSync(at("unpacked")).map((name) => `sha256:${name}`);
  expect(unpacked).toEqual(expect.arrayContaining((await engine(NAME)).layers));
  await done(
    "skopeo",
    "copy",
    "-q",
    "--dest-tls-verify=false",
    "--dest-compress",
    "--dest-compress-format",
    "zstd",
    "docker-archive:docker.tar",
    `docker://${registry}/shop/zstd:1.0.0`,
  );
  const theirs = await json("inspect", `${registry}/shop/zstd:1.0.0`);
  expect((theirs["image"] as { layers: { mediaType: string }[] }).layers.map(({ mediaType }) => mediaType.split("+")[1])).toContain("zstd");
  expect(await same("layout", `docker://${registry}/shop/zstd:1.0.0`)).toBe("the same settings and the same files, in the same layers");
  // Older engines know no zstd.
  await json("copy", `docker://${registry}/shop/zstd:1.0.0`, `docker-daemon:${LOADED}`);
  expect(await diffIdsOf(`docker-daemon:${LOADED}`)).toEqual(await diffIdsOf("layout"));
});

test("what the build left in a lower layer is found", async () => {
  expect(await json("tree", NAME)).toMatchObject({ wastedBytes: 300_000, wasted: [{ path: "cache/big", how: "deleted" }] });
});
