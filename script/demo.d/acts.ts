import { setTimeout as sleep } from "node:timers/promises";
import { openStateFolder } from "../../src/core/index.ts";
import { versionThere } from "./ask.ts";
import type { Cli, Release } from "./cli.ts";
import { DemoFailure } from "./failure.ts";
import { commitV2, type Ports, type Scratch } from "./scratch.ts";
import type { Log } from "./summary.ts";
import { CONNECTIONS, startTraffic, type Stretch } from "./traffic.ts";
import { count, type Words } from "./words.ts";

export const PROJECT = "storefront";
const HOST = "shop.localhost";
/** How long each version is watched serving on its own. */
const SERVING_MS = 2000;

/** What every act of the demo works with. */
export interface Stage {
  readonly words: Words;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly cli: Cli;
  readonly scratch: Scratch;
  readonly ports: Ports;
  /** Says whether something that the demo set out to show held. */
  readonly prove: (text: string, holds: boolean) => void;
}

const CHECKLIST_HEADING = /^(?:Disproved|Waived|Not tried|Proven) \(\d+\)$/;

/** The stages as the command tells them; the checklist that it ends with is shown once, at the end of the demo. */
const untilChecklist = (): ((line: string) => boolean) => {
  let over = false;
  return (line) => {
    over ||= CHECKLIST_HEADING.test(line);
    return !over && line.trim() !== "";
  };
};

const serving = async ({ cli }: Stage): Promise<Release> => {
  const release = (await cli.releases()).find((one) => one.serving);
  if (release === undefined) throw new DemoFailure(1, "the history names no release that serves");
  return release;
};

const note = ({ log }: Stage, { release, version, seconds }: Release, { client, proxy }: Stretch): void => {
  const failed = Math.max(client.failed, proxy.failed);
  log.releases.push({ id: `r${release}`, version, requests: client.requests, failed, p99Ms: client.latencyMs.p99, seconds });
};

export const shipV1 = async (stage: Stage): Promise<void> => {
  const { cli, words, ports, prove } = stage;
  words.heading("Version 1 goes from source to production");
  await cli.run(["ship", "--why", "the first version"], untilChecklist());
  prove(`http://${HOST}:${ports.http}/ answers as version 1.0.0`, (await versionThere(ports.http, HOST)) === "1.0.0");
};

/** One replacement under load: what the command does, what both ends counted meanwhile, and what serves afterwards. */
const replace = async (stage: Stage, traffic: { stretch(): Promise<Stretch> }, args: readonly string[], version: string): Promise<void> => {
  const { cli, words, signal, prove } = stage;
  await cli.run(args, untilChecklist());
  const during = await traffic.stretch();
  const release = await serving(stage);
  note(stage, release, during);
  await sleep(SERVING_MS, undefined, { signal });
  const after = await traffic.stretch();
  for (const report of release.report)
    words.say(
      report.measured
        ? `proxy, of ${report.service}, during the rollout's ${release.seconds} s: ${count(report.failed)} of ${count(report.requests)} requests failed`
        : `proxy, of ${report.service}: not measured, because ${report.why}`,
    );
  for (const [who, { requests, failed }] of [
    ["proxy", during.proxy],
    ["client", during.client],
  ] as const)
    words.say(`${who}, during the whole command: ${count(failed)} of ${count(requests)} requests failed`);
  words.say(`half of the answers within ${during.client.latencyMs.p50} ms, 99 of 100 within ${during.client.latencyMs.p99} ms`);
  const measured = release.report.filter((report) => report.measured);
  prove(
    "no request failed, by the proxy's counters and by the client's ledger",
    measured.length > 0 && [...measured, during.proxy, during.client, after.proxy, after.client].every(({ failed }) => failed === 0),
  );
  prove(
    `version ${version} serves alone (release r${release.release})`,
    release.version === version && after.client.versions.length === 1 && after.client.versions[0] === version,
  );
};

export const underLoad = async (stage: Stage): Promise<void> => {
  const { words, scratch, ports, signal, prove } = stage;
  words.heading("Customers arrive");
  words.say(
    `${CONNECTIONS} keep-alive connections, no retries, half of the requests orders with an id of their own; every processor kept busy besides`,
  );
  const state = openStateFolder({ SEAWORTHY_STATE: scratch.state, SEAWORTHY_RUN: scratch.run });
  await using traffic = await startTraffic({ state, httpPort: ports.http, backend: `${PROJECT}.web`, host: HOST, signal });
  await sleep(SERVING_MS, undefined, { signal });
  const before = await traffic.stretch();
  note(stage, await serving(stage), before);
  words.say(`version 1 answers 99 of 100 requests within ${before.client.latencyMs.p99} ms`);
  prove("no request failed before anything was changed", before.client.failed + before.proxy.failed === 0);

  words.heading("Version 2 replaces it under load");
  words.say(`git apply v2.patch; commit ${commitV2(scratch)}, tag v2.0.0`);
  await replace(stage, traffic, ["ship", "--why", "free delivery"], "2.0.0");

  words.heading("And back: rollback under load");
  await replace(stage, traffic, ["rollback", "--why", "for show"], "1.0.0");

  words.heading("The accounts are compared");
  const { ledger, proxy, orders } = await traffic.end();
  words.say(`client: ${count(ledger.requests)} requests, ${count(ledger.failed.total)} failed, over ${count(ledger.opened)} connections`);
  words.say(`proxy:  ${count(proxy.requests)} requests, ${count(proxy.failed)} failed`);
  for (const { kind, method, path, detail } of ledger.failures.slice(0, 5)) words.say(`  ${kind}: ${method} ${path}: ${detail}`);
  prove("both counted the same", ledger.requests === proxy.requests && ledger.failed.total === proxy.failed);
  prove("no request failed in all that time", ledger.failed.total === 0 && proxy.failed === 0);
  prove(
    `each of the ${count(orders.acknowledged)} orders that were confirmed is in the shop's database exactly once, and none besides`,
    orders.ok && orders.acknowledged > 0 && orders.inDoubt.length === 0,
  );
};

export const showChecklist = async ({ cli, words, log, prove }: Stage): Promise<void> => {
  words.heading("What the production checklist holds of it");
  const { counts, items } = await cli.checklist();
  log.evidence = counts;
  // The counts are in the proof below; exit 1 of the command (an item is disproved) is told there too.
  if (counts.disproved === 0) await cli.run(["checklist"], (line) => line.trim() !== "" && !/^\d+ proven/.test(line));
  else for (const { item, verdict } of items) if (verdict.state === "disproved") words.say(`disproved: ${item}`);
  prove(
    `${counts.proven} proven, ${counts.disproved} disproved, ${counts.waived} waived, ${counts.notTried} not tried, each with its reason`,
    counts.disproved === 0 &&
      counts.proven > 0 &&
      items.every(({ verdict }) => verdict.state !== "not-tried" || (verdict.reason ?? "") !== ""),
  );
};

export const sayWhere = ({ words, scratch, ports, cli }: Stage): void => {
  words.heading("Where everything is");
  const rows = [
    ["the shop", `http://${HOST}:${ports.http}/ (or curl -H 'Host: ${HOST}' http://127.0.0.1:${ports.http}/)`],
    ["its source", `${scratch.app}, two commits, v1.0.0 and v2.0.0`],
    ["its containers", `docker ps --filter label=com.docker.compose.project=${PROJECT}, and seaworthy-proxy`],
    ["images, journal, keys", scratch.state],
    ["this tool there", `cd ${scratch.app} && ${cli.prefix} status`],
  ] as const;
  const width = Math.max(...rows.map(([what]) => what.length));
  for (const [what, where] of rows) words.say(`${what.padEnd(width)}  ${where}`);
};
