/**
 * The memory that an image of 5 GB with a million files takes: `seaworthy sbom` of the published bundle on a docker-archive with one layer, cold and warm. A thousand
 * of the files are packages of npm's; 4 GB are a hole of one file, so that the archive takes some gigabyte of the disk (in the temporary folder, removed afterwards).
 * FILES: another number.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HERE } from "../../src/core/index.ts";
import { thisMachine } from "../support/machine.ts";
import { measuring } from "../support/measured.ts";
import { report } from "../support/report.ts";

const FILES = Number(process.env["FILES"]) || 1_000_000;
const HOLE_BYTES = 4 * 1024 ** 3 - 512;
const BLOCK = 512;

const header = (name: string, sizeBytes: number): Buffer => {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100, "latin1");
  block.write(["0000644", "0000000", "0000000", ""].join("\0"), 100, "latin1");
  block.write(`${sizeBytes.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  block.write("00000000000\x00        0", 136, "latin1");
  block.write("ustar\u000000", 257, "latin1");
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
};

/** Its layer's diffID is made up: the files are listed without it. */
const writeImage = (path: string): void => {
  const file = openSync(path, "w");
  let at = 0;
  const put = (bytes: Buffer): void => void (at += writeSync(file, bytes, 0, bytes.length, at));
  const small = (name: string, content: Buffer): void =>
    put(Buffer.concat([header(name, content.length), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]));
  const config = Buffer.from(JSON.stringify({ ...HERE, rootfs: { type: "layers", diff_ids: [`sha256:${"1".repeat(64)}`] } }));
  const id = createHash("sha256").update(config).digest("hex");
  small(`${id}.json`, config);
  small("manifest.json", Buffer.from(JSON.stringify([{ Config: `${id}.json`, RepoTags: ["bench/big:1"], Layers: ["layer.tar"] }])));
  put(header("layer.tar", FILES * 2 * BLOCK + BLOCK + HOLE_BYTES + 2 * BLOCK));
  for (let first = 0; first < FILES; first += 1000) {
    const blocks: Buffer[] = [];
    for (let number = first; number < Math.min(first + 1000, FILES); number += 1) {
      const isPackage = number === first;
      const content = isPackage ? JSON.stringify({ name: `package-${first}`, version: "1.0.0" }) : `module.exports = ${number};`;
      const name = `srv/app/node_modules/package-${first}/${isPackage ? "package.json" : `lib/module-number-${number}.js`}`;
      blocks.push(header(name, content.length), Buffer.from(content.padEnd(BLOCK, "\0")));
    }
    put(Buffer.concat(blocks));
  }
  put(header("var/lib/data.bin", HOLE_BYTES));
  ftruncateSync(file, at + HOLE_BYTES + 4 * BLOCK);
  closeSync(file);
};

const machine = thisMachine();
const scratch = mkdtempSync(join(tmpdir(), "seaworthy-big-image-"));
try {
  execFileSync(process.execPath, [join(import.meta.dirname, "..", "..", "script", "bundle.ts"), join(scratch, "bundle")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const image = join(scratch, "image.tar");
  writeImage(image);
  // Until then its times do not tell whether somebody still writes to it.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const measure = measuring(scratch);
  const sbom = () =>
    measure([join(scratch, "bundle", "bin", "seaworthy.js"), "sbom", image, "--json"], { XDG_CACHE_HOME: join(scratch, "cache") });
  const [cold, warm] = [sbom(), sbom()];
  report(
    "big-image",
    Object.entries({ cold, warm }).map(([what, { wallSeconds, cpuSeconds, maxRssMib }]) => ({
      what: `${(statSync(image).size / 1e9).toFixed(1)} GB, ${FILES} files, ${what}`,
      figures: { seconds: wallSeconds.toFixed(2), "CPU s": cpuSeconds.toFixed(2), MiB: maxRssMib },
    })),
    { words: "within 1024 MiB", met: Math.max(cold.maxRssMib, warm.maxRssMib) < 1024 },
    machine,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
