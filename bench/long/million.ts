/**
 * A million requests over more than a hundred releases, of which none may fail: two versions in turn, released by one process as the agent is one, for SECONDS (default 200, what comes before included) under
 * a strict client of 64 kept connections at RATE requests a second (default 6000), half of them POST, each answered with its own id or failed. Every run adds to a
 * tally, so that it can be done in parts: run it until it says that the goal is met. FRESH=1 begins anew. The application answers as fast as a server can; what the
 * clients of a real one see is the bench `release`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openStateFolder, type VerifiedDigest } from "../../src/core/index.ts";
import { createDockerEngine } from "../../src/engine/index.ts";
import { createProxy } from "../../src/proxy/index.ts";
import { openReleases } from "../../src/release/index.ts";
import { createInstallation } from "../../test/support/e2e/installation.ts";
import { newestRelease, readJournal } from "../../test/support/e2e/journal.ts";
import { startFastClient } from "../../test/support/load/fast-client.ts";
import { thisMachine } from "../support/machine.ts";
import { report } from "../support/report.ts";
import { openTally } from "../support/tally.ts";

const seconds = Number(process.env["SECONDS"]) || 200;
const rate = Number(process.env["RATE"]) || 6000;
const REQUESTS = 1_000_000;
const RELEASES = 100;
const APP = join(import.meta.dirname, "../support/million-app");

interface Run {
  readonly date: string;
  readonly commit: string;
  readonly load: number;
  readonly releases: number;
  readonly requests: number;
  readonly failed: number;
  readonly failures: readonly string[];
  /** Requests and failures that the drop reports count. */
  readonly counted: readonly [number, number];
  readonly versions: Readonly<Record<string, number>>;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

const machine = thisMachine();
const tally = openTally<Run>("million");
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const run = async (): Promise<Run> => {
  await using installation = await createInstallation({
    from: APP,
    project: "swe2emillion",
    host: "swe2e.localhost",
  });
  const must = async (command: string): Promise<void> => {
    const { exit, said } = await installation.seaworthy([command]);
    if (exit !== 0) throw new Error(`seaworthy ${command} ended with ${exit}:\n${said}`);
  };
  await must("ship");
  const config = readFileSync(join(APP, "app/app.cfg"), "utf8").replace('"1.0.0"', '"2.0.0"');
  await installation.commit({ "app/app.cfg": config }, "v2.0.0");
  for (const command of ["push", "sign", "deploy"]) await must(command);
  const before = newestRelease(installation.scratch.state);
  const { httpPort: port, host } = installation;
  const client = startFastClient({ port, host, connections: 64, ratePerSecond: rate });
  const state = openStateFolder({ SEAWORTHY_STATE: installation.scratch.state, SEAWORTHY_RUN: installation.scratch.run });
  const engine = createDockerEngine();
  using releases = openReleases({ engine, proxy: createProxy({ engine, state, httpPort: port }), state, who: "bench@here" });
  const [second, first] = releases.journal.releases(installation.project).map(({ manifest }) => manifest);
  if (first === undefined || second === undefined) throw new Error("expected two releases in the journal");
  // performance.now() begins with the process.
  for (let count = 0; performance.now() < seconds * 1000; count += 1) {
    const manifest = count % 2 === 0 ? first : second;
    // What `seaworthy deploy` has verified above.
    const verified = manifest.services.map(({ image }) => ({ digest: image.digest }) as VerifiedDigest);
    const outcome = await releases.deploy(manifest, { why: "bench", verified, evidence: [] });
    if (outcome.state !== "live") throw outcome.because;
  }
  const { requests, failed, failures, versions, p99Ms, slowestMs } = await client.stop();
  const finished = readJournal(installation.scratch.state).filter(
    ({ kind, release, outcome }) => kind === "finished" && outcome === "live" && release > before,
  );
  const reports = finished.flatMap(({ report: one }) => one ?? []);
  return {
    date: machine.date,
    commit: machine.commit,
    load: machine.load,
    releases: finished.length,
    requests,
    failed,
    failures,
    counted: [sum(reports.map((one) => Number(one["requests"]))), sum(reports.map((one) => Number(one["failed"])))],
    versions,
    p99Ms,
    slowestMs,
  };
};

const runs = tally.add(await run());
const figuresOf = (some: readonly Run[]) => ({
  releases: sum(some.map((one) => one.releases)),
  requests: sum(some.map((one) => one.requests)),
  failed: sum(some.map((one) => one.failed)),
  "requests during the rollouts, by the drop reports": sum(some.map(({ counted }) => counted[0])),
  "failed, by the drop reports": sum(some.map(({ counted }) => counted[1])),
  "p99 ms": Math.round(Math.max(...some.map((one) => one.p99Ms))),
  "slowest ms": Math.round(Math.max(...some.map((one) => one.slowestMs))),
});
for (const { failures } of runs) for (const failure of failures) console.error(failure);
const all = figuresOf(runs);
const counted = all["failed, by the drop reports"];
report(
  "million",
  [
    ...runs.map((one) => ({ what: `${one.date.slice(0, 19)}, ${one.commit}, load ${one.load}`, figures: figuresOf([one]) })),
    { what: "together", figures: all },
  ],
  {
    words: `no request of ${REQUESTS} fails over more than ${RELEASES} releases: ${all.failed} of ${all.requests} did over ${all.releases}, in ${runs.length} runs`,
    met: all.failed === 0 && counted === 0 && all.requests >= REQUESTS && all.releases > RELEASES,
  },
  machine,
);
