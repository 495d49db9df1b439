/**
 * How long a collection holds up a serving registry: one repository of MANIFESTS images (default 50,000), every second of which nothing needs. The longest time in which
 * nothing else was done, on the clock and of the processor, of a dry run and of a run, and what a client saw that pulled a manifest all the while.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { digestOf } from "../src/core/index.ts";
import { openControl, startRegistry } from "../src/registry/index.ts";
import { thisMachine } from "./support/machine.ts";
import { report, type Row } from "./support/report.ts";

const manifests = Number(process.env["MANIFESTS"]) || 50_000;
/** Of processor time: about 20, with what the client beside it takes. */
const GOAL_MS = 25;
const DAYS_30 = 30 * 86_400_000;

/** Images of a configuration and two layers each, one of them the same in all. */
const fill = (path: string): string => {
  const sqlite = new DatabaseSync(path);
  const old = Date.now() - DAYS_30;
  const put = {
    blob: sqlite.prepare(
      "INSERT OR IGNORE INTO blob (digest, size, stored_at, last_seen, state_at, verified_at) VALUES (?, 10, ?2, ?2, ?2, ?2)",
    ),
    link: sqlite.prepare("INSERT OR IGNORE INTO repository_blob (repository_id, digest, seen_at) VALUES (1, ?, ?)"),
    manifest: sqlite.prepare(
      "INSERT INTO manifest (repository_id, digest, media_type, annotations, bytes, stored_at, seen_at) VALUES (1, ?, 'application/vnd.oci.image.manifest.v1+json', '{}', ?, ?3, ?3)",
    ),
    edge: sqlite.prepare("INSERT INTO manifest_edge (repository_id, parent, child, kind) VALUES (1, ?, ?, ?)"),
    tag: sqlite.prepare("INSERT INTO tag (repository_id, name, digest, moved_at) VALUES (1, ?, ?, ?)"),
  };
  sqlite.exec("BEGIN; INSERT INTO repository (id, name) VALUES (1, 'team/app');");
  let last = "";
  for (let at = 0; at < manifests; at += 1) {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, at, filler: "x".repeat(800) }));
    const digest = digestOf(bytes);
    put.manifest.run(digest, bytes, old);
    for (const [child, kind] of [
      [digestOf(`config ${at}`), "config"],
      [digestOf(`layer ${at}`), "layer"],
      [digestOf("base"), "layer"],
    ] as const) {
      put.blob.run(child, old);
      put.link.run(child, old);
      put.edge.run(digest, child, kind);
    }
    if (at % 2 === 0) put.tag.run(`t${at}`, (last = digest), old);
  }
  sqlite.exec("COMMIT");
  sqlite.close();
  return last;
};

/** Of this thread: what others do on a busy machine is no stall of ours. */
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

const folder = mkdtempSync(join(tmpdir(), "seaworthy-bench-collect-"));
try {
  const start = () => startRegistry({ dataFolder: folder, listen: { host: "127.0.0.1", port: 0 }, open: true, log: () => undefined });
  await (await start()).close();
  const pulled = fill(join(folder, "registry.sqlite"));
  const registry = await start();
  const control = await openControl(folder);
  const rows: Row[] = [];
  let worst = 0;
  for (const dryRun of [true, false]) {
    const collection = { isOver: false };
    const seen: number[] = [];
    const client = (async () => {
      while (!collection.isOver) {
        const began = performance.now();
        await (await fetch(`http://${registry.address}/v2/team/app/manifests/${pulled}`)).arrayBuffer();
        seen.push(performance.now() - began);
      }
    })();
    // Client and registry share this process, so this is the time in which neither got its turn.
    let longest = 0;
    let longestCpu = 0;
    let before = performance.now();
    let cpuBefore = cpuMs();
    const watch = setInterval(() => {
      const [now, cpu] = [performance.now(), cpuMs()];
      longest = Math.max(longest, now - before);
      longestCpu = Math.max(longestCpu, cpu - cpuBefore);
      before = now;
      cpuBefore = cpu;
    }, 1);
    const began = performance.now();
    const { manifests: taken, heldManifests } = await control.ask("collect", { dryRun });
    const seconds = (performance.now() - began) / 1000;
    clearInterval(watch);
    collection.isOver = true;
    await client;
    worst = Math.max(worst, longestCpu);
    seen.sort((a, b) => a - b);
    rows.push({
      what: `${dryRun ? "dry run" : "run"}: ${taken.length} of ${taken.length + heldManifests} manifests go`,
      figures: {
        seconds: Math.round(seconds * 10) / 10,
        "longest stall ms": Math.round(longest * 10) / 10,
        "of it processor ms": Math.round(longestCpu * 10) / 10,
        "pulls meanwhile": seen.length,
        "slowest ms": Math.round((seen.at(-1) ?? 0) * 10) / 10,
      },
    });
  }
  await control[Symbol.asyncDispose]();
  await registry.close();
  report(
    "registry-collect",
    rows,
    { words: `longest turn ${worst.toFixed(1)} ms of processor time (goal ${GOAL_MS})`, met: worst <= GOAL_MS },
    thisMachine(),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
