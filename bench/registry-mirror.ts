/**
 * Eight clients pull the same cold layers through a cache at once: ours beside Debian's docker-registry as the cache of the same upstream (docker-registry too), in
 * turns, in one run. LAYERS (default 4) of LAYER_MIB (default 24) MiB each, new ones in each of ROUNDS (default 3). Needs Debian's docker-registry, which it fetches through apt.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countingProxy, dockerRegistry, startDockerRegistry } from "../test/support/docker-registry.ts";
import { thisMachine } from "./support/machine.ts";
import { serveOurs } from "./support/registry-servers.ts";
import { report, type Row } from "./support/report.ts";
import { takeTurn } from "./support/turns.ts";

const number = (name: string, otherwise: number): number => Number(process.env[name]) || otherwise;
const [rounds, layers, layerMib] = [number("ROUNDS", 3), number("LAYERS", 4), number("LAYER_MIB", 24)];
const CLIENTS = 8;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const push = async (address: string, bytes: Buffer): Promise<string> => {
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const begun = await fetch(`http://${address}/v2/bench/image/blobs/uploads/`, { method: "POST" });
  const location = new URL(begun.headers.get("location") ?? "", `http://${address}`);
  location.searchParams.set("digest", digest);
  const put = await fetch(location, {
    method: "PUT",
    body: new Uint8Array(bytes),
    headers: { "content-type": "application/octet-stream" },
  });
  if (put.status !== 201) throw new Error(`upstream answered ${put.status}`);
  return digest;
};

/** Reads a blob to its end and says how much it was. */
const pull = async (url: string): Promise<number> => {
  const answer = await fetch(url);
  let bytes = 0;
  for await (const chunk of answer.body ?? []) bytes += chunk.length;
  return bytes;
};

const machine = thisMachine();
const binary = dockerRegistry();
if (binary === undefined) throw new Error("Debian's docker-registry cannot be had: are its package servers within reach?");
const scratch = mkdtempSync(join(tmpdir(), "seaworthy-bench-registry-mirror-"));
try {
  await using upstream = await startDockerRegistry(binary, join(scratch, "upstream"));
  await using forPeer = await countingProxy(upstream.address);
  await using forOurs = await countingProxy(upstream.address);
  mkdirSync(join(scratch, "ours"));
  writeFileSync(join(scratch, "ours", "registry.yaml"), `mirrors: [{upstream: "${forOurs.address}", name: up}]\n`);
  await using ours = await serveOurs(scratch);
  await using peer = await startDockerRegistry(binary, join(scratch, "peer"), forPeer.address);
  using turn = await takeTurn();
  const sides = [
    { name: "docker-registry", base: `http://${peer.address}/v2/bench/image/blobs`, heard: forPeer.heard },
    { name: "seaworthy", base: `http://${ours.address}/v2/mirror/up/bench/image/blobs`, heard: forOurs.heard },
  ];
  const seconds = new Map(sides.map(({ name }) => [name, [] as number[]]));
  const whole = layers * layerMib * 1024 * 1024;
  for (let round = 0; round < rounds; round += 1) {
    const digests: string[] = [];
    for (let layer = 0; layer < layers; layer += 1) digests.push(await push(upstream.address, randomBytes(layerMib * 1024 * 1024)));
    for (const { name, base } of sides) {
      const began = performance.now();
      const got = await Promise.all(
        Array.from({ length: CLIENTS }, async () =>
          (await Promise.all(digests.map((digest) => pull(`${base}/${digest}`)))).reduce((a, b) => a + b, 0),
        ),
      );
      seconds.get(name)?.push((performance.now() - began) / 1000);
      if (got.some((bytes) => bytes !== whole)) throw new Error(`${name}: a client got ${Math.min(...got)} of ${whole} bytes`);
    }
    await turn.pass();
  }
  const gets = (heard: readonly string[]): number => heard.filter((line) => line.startsWith("GET ") && line.includes("/blobs/")).length;
  const rows: Row[] = sides.map(({ name, heard }) => {
    const took = median(seconds.get(name) ?? []);
    return {
      what: `${CLIENTS} clients, ${layers} layers of ${layerMib} MiB: ${name}`,
      figures: {
        "upstream GETs a layer": Math.round((100 * gets(heard)) / (layers * rounds)) / 100,
        seconds: Math.round(100 * took) / 100,
        "MiB/s to clients": Math.round((CLIENTS * layers * layerMib) / took),
      },
    };
  });
  const once = gets(forOurs.heard) === layers * rounds;
  report("registry-mirror", rows, { words: `one upstream fetch for each layer; medians of ${rounds} rounds`, met: once }, machine);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
