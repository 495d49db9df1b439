/**
 * Our registry beside Debian's docker-registry (distribution 2.8.2, files on disk, as its package configures it), on the same disk, in turns, in one run:
 * one large blob in and out, many small ones, manifests by tag and by digest, and the memory while PUSHES clients (default 32) push PUSH_MIB each (default 1024) at once.
 * LARGE_MIB (default 512) sizes the large blob, ROUNDS (default 3) the turns. TURNS=FILE takes turns with others on that lock. Needs curl, and Debian's wrk and
 * docker-registry, which it fetches through apt.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { thisMachine } from "./support/machine.ts";
import {
  costOf,
  getBlob,
  makeBlob,
  manifestsPerSecond,
  needWrk,
  putBlob,
  putManifest,
  putMany,
  streamBlob,
} from "./support/registry-loads.ts";
import { type Served, serveOurs, servePeer } from "./support/registry-servers.ts";
import { report, type Row } from "./support/report.ts";
import { takeTurn } from "./support/turns.ts";

const number = (name: string, otherwise: number): number => Number(process.env[name]) || otherwise;
const [rounds, largeMib, pushes, pushMib] = [number("ROUNDS", 3), number("LARGE_MIB", 512), number("PUSHES", 32), number("PUSH_MIB", 1024)];
/** Of the reference's figure, except memory: MiB. */
const GOALS = { upload: 0.9, stream: 0.9, small: 1.2, tiny: 1.2, pull: 0.9, byTag: 5, byDigest: 5, pushesMib: 200 } as const;
const SMALL = { count: 100, kib: 1024, clients: 4 };
const TINY = { count: 300, kib: 16, clients: 4 };
const SECONDS = 4;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const round = (value: number): number => (value < 10 ? Math.round(value * 100) / 100 : Math.round(value));

const machine = thisMachine();
needWrk();
const scratch = mkdtempSync(join(tmpdir(), "seaworthy-bench-registry-"));
try {
  await using ours = await serveOurs(scratch);
  await using peer = await servePeer(scratch);
  const sides = [peer, ours];
  const large = makeBlob(join(scratch, "large"), largeMib);
  const rows: Row[] = [];
  const missed: string[] = [];
  const met: string[] = [];
  using turn = await takeTurn();

  /** Both sides in turn; the median of what each does a second, and of the processor's time. */
  const compare = async (
    what: string,
    unit: string,
    goal: number,
    measure: (server: Served, round: number) => Promise<{ readonly perSecond: number; readonly cpuSeconds?: number }>,
  ): Promise<void> => {
    const found = new Map(sides.map((side) => [side, [] as { readonly perSecond: number; readonly cpuSeconds?: number }[]]));
    for (let at = 0; at < rounds; at += 1)
      for (const side of sides) {
        found.get(side)?.push(await measure(side, at));
        await turn.pass();
      }
    const of = (side: Served): number => median((found.get(side) ?? []).map(({ perSecond }) => perSecond));
    const cpu = (side: Served): number => median((found.get(side) ?? []).map(({ cpuSeconds = Number.NaN }) => cpuSeconds));
    const ratio = of(ours) / of(peer);
    (ratio >= goal ? met : missed).push(`${what} ${ratio.toFixed(2)} (goal ${goal})`);
    rows.push({
      what: `${what}, ${unit}`,
      figures: {
        "docker-registry": round(of(peer)),
        seaworthy: round(of(ours)),
        ratio: round(ratio),
        ...(Number.isNaN(cpu(ours)) ? {} : { "cpu s, docker-registry": round(cpu(peer)), "cpu s, seaworthy": round(cpu(ours)) }),
      },
    });
  };
  const amount = async (
    server: Served,
    units: number,
    work: () => Promise<unknown>,
  ): Promise<{ perSecond: number; cpuSeconds: number }> => {
    const { seconds, cpuSeconds } = await costOf(server, work);
    return { perSecond: units / seconds, cpuSeconds };
  };

  await compare("large upload, one PUT", "MiB/s", GOALS.upload, (server, at) =>
    amount(server, large.mib, () => putBlob(server, `bench/put${at}`, large)),
  );
  await compare("large upload, streamed", "MiB/s", GOALS.stream, (server, at) =>
    amount(server, large.mib, () => streamBlob(server, `bench/stream${at}`, large)),
  );
  await compare("pull", "MiB/s", GOALS.pull, (server) => amount(server, large.mib, () => getBlob(server, "bench/put0", large)));
  await compare(`uploads of ${SMALL.kib} KiB, ${SMALL.clients} clients`, "blobs/s", GOALS.small, (server, at) =>
    amount(server, SMALL.count, () => putMany(server, `bench/small${at}`, SMALL)),
  );
  await compare(`uploads of ${TINY.kib} KiB, ${TINY.clients} clients`, "blobs/s", GOALS.tiny, (server, at) =>
    amount(server, TINY.count, () => putMany(server, `bench/tiny${at}`, TINY)),
  );
  const digest = await putManifest(ours, "bench/manifest", 10);
  const digestThere = await putManifest(peer, "bench/manifest", 10);
  for (const [what, goal, reference] of [
    ["manifest by tag", GOALS.byTag, () => "latest"],
    ["manifest by digest", GOALS.byDigest, (server: Served) => (server === ours ? digest : digestThere)],
  ] as const)
    await compare(what, "requests/s", goal, async (server) => ({
      perSecond: await manifestsPerSecond(server, "bench/manifest", reference(server), SECONDS),
    }));

  const pushed = pushMib === largeMib ? large : makeBlob(join(scratch, "pushed"), pushMib);
  for (const server of sides) {
    server.forgetPeak();
    const { seconds, cpuSeconds } = await costOf(server, async () => {
      await Promise.all(Array.from({ length: pushes }, (_, at) => streamBlob(server, `bench/push${at}`, pushed)));
    });
    const peak = server.peakMib();
    if (server === ours)
      (peak < GOALS.pushesMib ? met : missed).push(`${Math.round(peak)} MiB during ${pushes} pushes (goal ${GOALS.pushesMib})`);
    rows.push({
      what: `${pushes} pushes of ${pushMib} MiB at once: ${server.name}`,
      figures: { "peak MiB": Math.round(peak), "MiB/s": Math.round((pushes * pushMib) / seconds), "cpu s": Math.round(cpuSeconds) },
    });
    await turn.pass();
  }
  report(
    "registry",
    rows,
    {
      words: `of docker-registry's speed: ${[...met, ...missed.map((words) => `MISSED ${words}`)].join("; ")}; medians of ${rounds} rounds`,
      met: missed.length === 0,
    },
    machine,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
