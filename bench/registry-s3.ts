/**
 * Blobs through our registry into a bucket and back, beside the same bytes put into the bucket directly and beside our registry on files, in turns, in one run.
 * The storage is OpenStack Swift's S3 API in one Python process (fetched through apt), on the same machine: it, not the registry, is the slower side.
 * ROUNDS (default 3), LARGE_MIB (default 96), SMALL (default 40 blobs of 64 KiB).
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { bytesBody } from "../src/image/index.ts";
import { createS3Client } from "../src/registry/s3/client.ts";
import { s3Schema } from "../src/registry/s3/settings-schema.ts";
import { sha256Hex } from "../src/registry/s3/sign.ts";
import { hasSwift, startSwift } from "../test/support/swift.ts";
import { thisMachine } from "./support/machine.ts";
import { serveOurs } from "./support/registry-servers.ts";
import { report, type Row } from "./support/report.ts";
import { takeTurn } from "./support/turns.ts";

const number = (name: string, otherwise: number): number => Number(process.env[name]) || otherwise;
const [rounds, largeMib, small] = [number("ROUNDS", 3), number("LARGE_MIB", 96), number("SMALL", 40)];

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

interface Side {
  readonly name: string;
  put(bytes: Buffer): Promise<void>;
  get(bytes: Buffer): Promise<void>;
}

const digestOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

const throughRegistry = (name: string, address: string): Side => ({
  name,
  put: async (bytes) => {
    const answer = await fetch(`http://${address}/v2/bench/image/blobs/uploads/?digest=sha256:${digestOf(bytes)}`, {
      method: "POST",
      body: new Uint8Array(bytes),
    });
    if (answer.status !== 201) throw new Error(`${name} answered ${answer.status}: ${await answer.text()}`);
  },
  get: async (bytes) => {
    const answer = await fetch(`http://${address}/v2/bench/image/blobs/sha256:${digestOf(bytes)}`);
    let read = 0;
    for await (const chunk of answer.body ?? []) read += chunk.length;
    if (read !== bytes.length) throw new Error(`${name} gave ${read} bytes`);
  },
});

const machine = thisMachine();
if (!hasSwift()) throw new Error("Debian's python3-swift cannot be had: are its package servers within reach?");
const scratch = mkdtempSync(join(tmpdir(), "seaworthy-bench-registry-s3-"));
try {
  await using swift = await startSwift();
  const settings = v.parse(s3Schema, { bucket: swift.bucket, endpoint: swift.endpoint, prefix: "direct" });
  const env = { AWS_ACCESS_KEY_ID: swift.accessKeyId, AWS_SECRET_ACCESS_KEY: swift.secretAccessKey };
  const client = createS3Client({ settings, dataFolder: scratch, env });
  await client.text({ method: "PUT" });
  const direct: Side = {
    name: "the bucket directly, one PUT",
    put: async (bytes) => {
      await client.text({ method: "PUT", key: `direct/${digestOf(bytes)}`, body: { ...bytesBody(bytes), sha256: sha256Hex(bytes) } });
    },
    get: async (bytes) => {
      const { stream } = await client.send({ method: "GET", key: `direct/${digestOf(bytes)}` });
      let read = 0;
      for await (const chunk of stream) read += (chunk as Buffer).length;
      if (read !== bytes.length) throw new Error(`the bucket gave ${read} bytes`);
    },
  };
  const [bucketFolder, filesFolder] = [join(scratch, "bucket"), join(scratch, "files")];
  mkdirSync(join(bucketFolder, "ours"), { recursive: true });
  mkdirSync(filesFolder);
  writeFileSync(
    join(bucketFolder, "ours", "keys"),
    `[default]\naws_access_key_id=${swift.accessKeyId}\naws_secret_access_key=${swift.secretAccessKey}\n`,
    { mode: 0o600 },
  );
  writeFileSync(
    join(bucketFolder, "ours", "registry.yaml"),
    `storage: {s3: {bucket: ${swift.bucket}, prefix: ours, endpoint: "${swift.endpoint}", credentials: {file: keys}}}\n`,
  );
  await using onBucket = await serveOurs(bucketFolder);
  await using onFiles = await serveOurs(filesFolder);
  using turn = await takeTurn();
  const sides = [
    direct,
    throughRegistry("the registry on the bucket", onBucket.address),
    throughRegistry("the registry on files", onFiles.address),
  ];
  const took = new Map(sides.map(({ name }) => [name, { put: [] as number[], get: [] as number[], small: [] as number[] }]));
  for (let round = 0; round < rounds; round += 1) {
    for (const side of sides) {
      const times = took.get(side.name);
      const timed = async (work: () => Promise<void>): Promise<number> => {
        const began = performance.now();
        await work();
        return (performance.now() - began) / 1000;
      };
      const large = randomBytes(largeMib * 1024 * 1024);
      times?.put.push(largeMib / (await timed(() => side.put(large))));
      times?.get.push(largeMib / (await timed(() => side.get(large))));
      const blobs = Array.from({ length: small }, () => randomBytes(64 * 1024));
      const each = async (): Promise<void> => {
        for (let blob = blobs.pop(); blob !== undefined; blob = blobs.pop()) await side.put(blob);
      };
      times?.small.push(small / (await timed(async () => void (await Promise.all([each(), each(), each(), each()])))));
    }
    await turn.pass();
  }
  const rows: Row[] = [...took].map(([name, { put, get, small: many }]) => ({
    what: name,
    figures: {
      [`PUT of ${largeMib} MiB, MiB/s`]: Math.round(median(put)),
      "GET, MiB/s": Math.round(median(get)),
      "PUT of 64 KiB, 4 at once, per second": Math.round(10 * median(many)) / 10,
      "peak, MiB": name.endsWith("bucket") ? Math.round(onBucket.peakMib()) : name.endsWith("files") ? Math.round(onFiles.peakMib()) : "",
    },
  }));
  const share = (kind: "put" | "get"): number =>
    median(took.get("the registry on the bucket")?.[kind] ?? []) / median(took.get(direct.name)?.[kind] ?? []);
  // Every byte passes one more process, and all of a blob is here before it goes there: half is what is left when both ways are equally fast.
  const met = share("put") >= 0.4 && share("get") >= 0.4;
  const words = `through the registry a PUT has ${share("put").toFixed(2)} of the bucket's own speed, a GET ${share("get").toFixed(2)} (goal 0.4 of both); medians of ${rounds} rounds`;
  report("registry-s3", rows, { words, met }, machine);
  client.close();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
