import { afterAll, beforeAll, expect, test } from "vitest";
import { viewProxy } from "../support/e2e/haproxy.ts";
import type { Installation } from "../support/e2e/installation.ts";
import { newestRelease, readJournal, waitForLine } from "../support/e2e/journal.ts";
import { type Observed, observeLoad } from "../support/e2e/observed-load.ts";
import { commitVersion, createShop, get } from "../support/e2e/shop.ts";
import { underLoad } from "../support/e2e/under-load.ts";
import { expectWhole } from "../support/e2e/whole.ts";
import { ALL } from "../support/extent.ts";
import { verifyLedger } from "../support/load/client.ts";
import { startStress } from "../support/load/stress.ts";

const CYCLES = ALL ? 3 : 2;
let shop: Installation;

beforeAll(async () => {
  shop = await createShop();
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

/** The one drop report of a release, and between which moments its two readings of the proxy were taken: each lies between two lines of the journal. */
const windowOf = (release: number) => {
  const lines = readJournal(shop.scratch.state, release);
  const at = (kind: string, step?: string): number => {
    const found = lines.findLast((line) => line.kind === kind && (step === undefined || line.step === step));
    if (found === undefined) throw new Error(`r${release} has no ${kind} ${step ?? ""} in the journal`);
    return found.at;
  };
  const report = lines.find(({ kind }) => kind === "finished")?.report?.find((one) => one["service"] === "web");
  return {
    report,
    first: { after: at("release"), before: at("done", "measure") },
    last: { after: at("done"), before: at("finished") },
    shift: { begun: at("intent", "web/shift"), done: at("done", "web/shift") },
  };
};

/**
 * How many requests the proxy can have counted between its two readings, going by the clients alone. The proxy counts a request when it has read it, a client
 * when it has its outcome, so what was under way (one a connection at most) stands in between; the rest of the width is the moments' own uncertainty.
 */
const boundsOf = (observed: Observed, { first, last }: ReturnType<typeof windowOf>) => ({
  atLeast: observed.doneBy(last.after).atLeast - observed.doneBy(first.before).atMost - observed.connections,
  atMost: observed.doneBy(last.before).atMost - observed.doneBy(first.after).atLeast + observed.connections,
});

test("cycles of v1, v2 and rollback under a strict load and a contended CPU lose nothing, and both counts agree", async () => {
  await commitVersion(shop, { version: "2.0.0" });
  const before = await viewProxy(shop);
  const stress = startStress();
  const load = await observeLoad(shop);
  const releases: { readonly release: number; readonly from: string; readonly to: string }[] = [];
  try {
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      const forth = await shop.seaworthy([cycle === 0 ? "ship" : "deploy"]);
      expect(forth.exit, forth.said).toBe(0);
      releases.push({ release: newestRelease(shop.scratch.state), from: "1.0.0", to: "2.0.0" });
      const back = await shop.seaworthy(["rollback"]);
      expect(back.exit, back.said).toBe(0);
      releases.push({ release: newestRelease(shop.scratch.state), from: "2.0.0", to: "1.0.0" });
    }
  } finally {
    await stress.stop();
  }
  const observed = await load.stop();
  const after = await viewProxy(shop);
  const { ledger, probes } = observed;

  expect(ledger.failed.total, JSON.stringify(ledger.failures)).toBe(0);
  expect(probes.filter(({ status }) => status !== 200)).toEqual([]);
  expect(ledger.ok).toBe(ledger.requests);
  // The loss of a kept connection would be a loss to a client that sends on it just then.
  expect(ledger.opened).toBe(64);
  expect(ledger.requests).toBeGreaterThan(CYCLES * 1000);
  expect(ledger.acknowledgedIds.length).toBeGreaterThan(ledger.requests * 0.45);

  const checked = await verifyLedger(shop.url, ledger, { host: shop.host });
  expect(checked).toMatchObject({ ok: true, missing: [], twice: [], unknown: [], inDoubt: [], inApp: ledger.sentIds.length });

  // Over the whole load both sides count the same requests, to the last one.
  expect(after.requests - before.requests).toBe(observed.requests);
  expect(after.failed - before.failed).toBe(0);

  expect(releases.map(({ release }) => release)).toEqual(Array.from({ length: 2 * CYCLES }, (_, at) => at + 2));
  for (const { release, from, to } of releases) {
    const window = windowOf(release);
    expect(window.report).toMatchObject({ measured: true, failed: 0 });
    const { atLeast, atMost } = boundsOf(observed, window);
    expect(window.report?.["requests"], `r${release}: the clients saw ${atLeast} to ${atMost}`).toSatisfy(
      (requests: number) => requests >= atLeast && requests <= atMost,
    );
    expect(atMost - atLeast, "the bounds must be narrow enough to tell").toBeLessThan(observed.requests / 3);

    const earlier = probes.filter(({ sentAt, endedAt }) => sentAt > window.first.after && endedAt < window.shift.begun);
    const later = probes.filter(({ sentAt }) => sentAt > window.shift.done && sentAt < window.last.before);
    expect(new Set(earlier.map(({ version }) => version))).toEqual(new Set([from]));
    expect(new Set(later.map(({ version }) => version))).toEqual(new Set([to]));
  }
  expect(new Set(ledger.versions.map(({ version }) => version))).toEqual(new Set(["1.0.0", "2.0.0"]));
  await expectWhole(shop, { release: 2 * CYCLES + 1, version: "1.0.0" });
  console.log(
    `${CYCLES} cycles: ${ledger.requests} requests, 0 failed, p99 ${ledger.latencyMs.p99} ms, reports ${releases.map(({ release }) => String(windowOf(release).report?.["requests"])).join(" ")}`,
  );
});

test("requests that fail while a release is replaced are in its drop report, each one", async () => {
  await commitVersion(shop, { version: "2.1.0", warmUpMs: 1500 });
  const before = await viewProxy(shop);
  const release = newestRelease(shop.scratch.state) + 1;
  const call = shop.call(["ship", "--json"]);
  await waitForLine(shop.scratch.state, call, release, "intent", "web/ready/1");
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => get(shop, index < 13 ? "/broken" : "/")));
  const ended = await call.ended;
  expect(ended.exit, ended.said).toBe(0);
  expect(answers.filter(({ status }) => status === 500).length).toBe(13);
  expect(answers.filter(({ status }) => status === 200).length).toBe(7);
  const after = await viewProxy(shop);
  expect({ requests: after.requests - before.requests, failed: after.failed - before.failed }).toEqual({ requests: 20, failed: 13 });
  expect(windowOf(release).report).toMatchObject({ measured: true, requests: 20, failed: 13 });
  // And it says so: a release that lost requests is no proof of replacement without loss.
  const checklist = await shop.json(["checklist"], 1);
  expect(JSON.stringify(checklist)).toContain(`r${release}: 13 of 20 requests to web failed`);
});

test("rollback to a release whose image was pruned here: it is pulled again by its digest", async () => {
  const { docker } = shop;
  const repository = `127.0.0.1:${shop.registryPort}/swe2e/web`;
  const containers = await docker.lines(["ps", "--all", "--quiet"]);
  const running = await docker.lines(["inspect", "--format", "{{.Image}}", ...containers]);
  const images = (): Promise<readonly string[]> => docker.lines(["images", "--no-trunc", "--format", "{{.ID}}", repository]);
  const pruned = [...new Set(await images())].filter((one) => !running.includes(one));
  expect(pruned.length).toBeGreaterThan(0);
  // By its id, with every name it has: those that keep it for a rollback too.
  for (const one of pruned) await docker.run(["rmi", "--force", one]);
  expect(await images()).not.toEqual(expect.arrayContaining([pruned[0]]));
  const { result: back } = await underLoad(shop, () => shop.seaworthy(["rollback"]), { ratePerSecond: 200 });
  expect(back.exit, back.said).toBe(0);
  expect((await images()).some((one) => pruned.includes(one))).toBe(true);
  await expectWhole(shop, { release: newestRelease(shop.scratch.state), version: "1.0.0" });
});

test("Compose's own label filter sees the containers", async () => {
  const filters = [`project=${shop.project}`, "config-hash", "oneoff=False"].flatMap((one) => [
    "--filter",
    `label=com.docker.compose.${one}`,
  ]);
  const seen = await shop.docker.lines(["ps", ...filters, "--format", '{{.Label "com.docker.compose.service"}} {{.Names}}']);
  const release = newestRelease(shop.scratch.state);
  expect(seen.toSorted()).toEqual([`ledger ${shop.project}-ledger-r1-1`, `web ${shop.project}-web-r${release}-1`]);
});
