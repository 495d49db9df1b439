/**
 * Reading every file's name and size of an image of some 600 MB in two layers, as `seaworthy image tree` does: uncompressed in a docker-archive, and gzipped in an
 * OCI layout; with and without each digest checked. Beside it what cannot be beaten (`tar -t` of the plain layers, zlib alone on the packed ones) and two tar
 * readers from npm, all in one run, in turn. Seconds, the best of RUNS (default 3); CPU is the process's own and its threads', or the child's.
 */
import { execFileSync, spawn } from "node:child_process";
import { createReadStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Writable } from "node:stream";
import { createGunzip } from "node:zlib";
import {
  archiveDestination,
  copyImage,
  createBudget,
  createLayout,
  everyFile,
  layoutDestination,
  layoutSource,
  MEDIA,
  openArchive,
  openLayout,
  readImage,
  usageOf,
} from "../src/image/index.ts";
import { HERE } from "../src/core/index.ts";
import { layerPeers } from "./support/layer-peers.ts";
import { thisMachine } from "./support/machine.ts";
import { report } from "./support/report.ts";

const runs = Number(process.env["RUNS"]) || 3;
/** Programs, and documents and scripts: what images consist of. */
const FOLDERS = [
  ["usr/bin"],
  ["usr/share/perl", "usr/share/doc", "usr/share/i18n", "usr/share/python3", "usr/share/vim", "usr/lib/python3", "usr/lib/git-core"],
];

const there = (folders: readonly string[]): readonly string[] =>
  folders.filter((folder) => statSync(join("/", folder), { throwIfNoEntry: false }) !== undefined);

const child = (program: string, args: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const process = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
    process.once("error", reject);
    process.once("close", (status) => (status === 0 ? resolve() : reject(new Error(`${program} ended with ${status}`))));
  });

const machine = thisMachine();
const folder = mkdtempSync(join(tmpdir(), "seaworthy-layers-"));
try {
  const plain = FOLDERS.map((_, at) => join(folder, `${at}.tar`));
  for (const [at, folders] of FOLDERS.entries())
    execFileSync("tar", ["--sort=name", "-C", "/", "-cf", plain[at] ?? "", ...there(folders)], { stdio: ["ignore", "ignore", "pipe"] });

  // The image is put together here, plain, and packed by the code that copies images.
  const made = await createLayout(join(folder, "made"));
  const layers = [];
  for (const path of plain) layers.push({ mediaType: MEDIA.ociLayer, ...(await made.writeBlob(createReadStream(path))) });
  const config = { ...HERE, rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) } };
  const configBlob = { mediaType: MEDIA.ociConfig, ...(await made.writeBlob(Buffer.from(JSON.stringify(config)))) };
  const manifest = await made.writeBlob(
    Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociManifest, config: configBlob, layers })),
  );
  made.writeIndex([{ mediaType: MEDIA.ociManifest, ...manifest }]);
  await copyImage(await layoutSource(made), archiveDestination(join(folder, "plain.tar"), "docker", "bench/layers:1"));
  await copyImage(await layoutSource(made), layoutDestination(await createLayout(join(folder, "packed"))), { compress: "gzip" });
  const packed = await openLayout(join(folder, "packed"));
  const [root] = await packed.entries();
  if (root === undefined) throw new Error("the packed layout is empty");
  const packedManifest = await packed.manifest(root.digest);
  const packedPaths = packedManifest.kind === "manifest" ? packedManifest.layers.map(({ digest }) => packed.blobPath(digest)) : [];

  const view = async (open: () => ReturnType<typeof openArchive>, trustDiffIds: boolean): Promise<number> => {
    const source = await open();
    const contents = await readImage(await source.manifest(source.root), source, {
      lookout: everyFile,
      budget: createBudget(),
      platform: HERE,
      trustDiffIds,
    });
    await source.close();
    return usageOf(contents).files;
  };
  const nowhere = (): Writable => new Writable({ write: (_, __, done) => done() });
  const peer = layerPeers();
  const tarStream = peer("tar-stream") as { extract(): NodeJS.WritableStream & AsyncIterable<NodeJS.ReadableStream> };
  const nodeTar = peer("tar") as { list(options: object): Promise<void> };
  const listed = async (path: string, gunzip: boolean): Promise<void> => {
    const extract = tarStream.extract();
    const input = createReadStream(path, { highWaterMark: 512 * 1024 });
    const sent = gunzip ? pipeline(input, createGunzip({ chunkSize: 512 * 1024 }), extract) : pipeline(input, extract);
    for await (const entry of extract) entry.resume();
    await sent;
  };
  const each = async (paths: readonly string[], work: (path: string) => Promise<void>): Promise<void> => {
    for (const path of paths) await work(path);
  };

  let files = 0;
  const ways: Readonly<Record<string, () => Promise<void>>> = {
    "plain: image tree": async () => void (files = await view(() => openArchive(join(folder, "plain.tar")), true)),
    "plain: each digest checked": async () => void (await view(() => openArchive(join(folder, "plain.tar")), false)),
    "plain: tar -t": () => each(plain, (path) => child("tar", ["-tf", path])),
    "plain: tar-stream": () => each(plain, (path) => listed(path, false)),
    "plain: tar": () => each(plain, (file) => nodeTar.list({ file })),
    "gzip: image tree": async () => void (await view(async () => layoutSource(packed), true)),
    "gzip: each digest checked": async () => void (await view(async () => layoutSource(packed), false)),
    "gzip: zlib alone": () =>
      each(packedPaths, (path) =>
        pipeline(createReadStream(path, { highWaterMark: 512 * 1024 }), createGunzip({ chunkSize: 512 * 1024 }), nowhere()),
      ),
    "gzip: tar -tz": () => each(packedPaths, (path) => child("tar", ["-tzf", path])),
    "gzip: tar-stream": () => each(packedPaths, (path) => listed(path, true)),
    "gzip: tar": () => each(packedPaths, (file) => nodeTar.list({ file })),
  };
  const best = new Map<string, { wall: number; cpu: number }>();
  const childSeconds = (): number => {
    const usage = process.resourceUsage();
    return (usage.userCPUTime + usage.systemCPUTime) / 1e6;
  };
  // In turn, so that what else the machine does falls on all alike.
  for (let run = 0; run < runs; run += 1)
    for (const [way, work] of Object.entries(ways)) {
      const [begun, cpu] = [performance.now(), childSeconds()];
      await work();
      const [wall, spent] = [(performance.now() - begun) / 1000, childSeconds() - cpu];
      const before = best.get(way);
      best.set(way, { wall: Math.min(wall, before?.wall ?? wall), cpu: Math.min(spent, before?.cpu ?? spent) });
    }

  const wall = (way: string): number => best.get(way)?.wall ?? Number.NaN;
  const bytes = plain.reduce((sum, path) => sum + statSync(path).size, 0);
  const packedBytes = packedPaths.reduce((sum, path) => sum + statSync(path).size, 0);
  const ratio = wall("gzip: image tree") / wall("gzip: zlib alone");
  const plainRatio = wall("plain: image tree") / wall("plain: tar -t");
  report(
    "layers",
    [
      { what: `${Math.round(bytes / 1e6)} MB, ${Math.round(packedBytes / 1e6)} MB gzipped, ${files} files`, figures: {} },
      ...Object.keys(ways).map((what) => ({
        what,
        figures: {
          seconds: wall(what).toFixed(2),
          "CPU s": what.includes("tar -t") && !what.includes("tree") ? "" : (best.get(what)?.cpu ?? 0).toFixed(2),
          "MB/s": Math.round(bytes / 1e6 / wall(what)),
        },
      })),
    ],
    {
      words: `gzip at most 1.5 times zlib alone (${ratio.toFixed(2)}) and faster than tar-stream and tar; plain at least twice as fast as those (tar -t: ${plainRatio.toFixed(1)} times faster)`,
      met:
        ratio <= 1.5 &&
        ["tar-stream", "tar"].every(
          (name) => wall("gzip: image tree") < wall(`gzip: ${name}`) && 2 * wall("plain: image tree") < wall(`plain: ${name}`),
        ),
    },
    machine,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
