import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isSeaworthyError, parseDuration, type VerifiedDigest } from "../core/index.ts";
import type { StagedStrategy } from "../project/index.ts";
import type { ReleaseManifest, ReleaseService } from "./manifest.ts";
import type { Releases } from "./releases.ts";
import { ALL } from "../../test/support/extent.ts";
import { createFleet, type Fleet, threeReplicas } from "./test-data/fleet.ts";
import { dbService, manifestOf, plainSpec, webService } from "./test-data/manifests.ts";

/**
 * Each way of releasing, dead at each moment, then any next command. Dead means that from this moment on neither the journal nor the engine nor the proxy
 * hears of the process: before an entry of the journal is written, and after it was. Every twelfth of these moments; with SEAWORTHY_TESTS=all each of them, and
 * with SEAWORTHY_KILL_TABLE=calls also before and after every single call.
 */
const CALLS = process.env["SEAWORTHY_KILL_TABLE"] === "calls";
const STRIDE = ALL || CALLS ? 1 : 12;

class Dead extends Error {}

/** The process that is to die; undefined while nobody is. */
let dying: { left: number; readonly moments: string[] } | undefined;

const moment = (name: string): void => {
  if (dying === undefined) return;
  if (dying.left <= 0) throw new Dead();
  dying.moments.push(name);
  dying.left -= 1;
  if (dying.left === 0) throw new Dead();
};

const of = <K extends "prepare" | "exec">(name: K): DatabaseSync[K] => Reflect.get(DatabaseSync.prototype, name);
const [prepare, exec] = [of("prepare"), of("exec")];
let writing = "";

beforeAll(() => {
  DatabaseSync.prototype.prepare = function (sql, ...rest) {
    const statement = prepare.call(this, sql, ...rest);
    if (!sql.startsWith("INSERT INTO entries ")) return statement;
    const run = statement.run.bind(statement);
    return Object.assign(statement, {
      run: (...values: SQLInputValue[]) => {
        const body = values[5];
        writing = typeof body === "string" ? (/^\{("kind":"[^"]*"(?:,"step":"[^"]*")?)/.exec(body)?.[1] ?? body) : "";
        moment(`before ${writing}`);
        return run(...values);
      },
    });
  };
  DatabaseSync.prototype.exec = function (sql) {
    exec.call(this, sql);
    const wrote = writing;
    if (sql === "COMMIT" && wrote !== "") {
      writing = "";
      moment(`after ${wrote}`);
    }
  };
});
afterAll(() => {
  Object.assign(DatabaseSync.prototype, { prepare, exec });
});

interface Way {
  readonly name: string;
  readonly manifest: (version: string) => ReleaseManifest;
  /** What is done, by itself without a death; default: 2.0.0 is deployed. */
  readonly flow?: (fleet: Fleet, releases: Releases) => Promise<void>;
  /** Before the flow, with v1 live. */
  readonly prepare?: (fleet: Fleet) => Promise<void> | void;
  readonly replicas?: number;
  /** What somebody who finds it waiting decides: default both in turn. What failed and is promoted all the same serves with what is left of it. */
  readonly decision?: "abort";
  /** What may still be due once nothing is unfinished. */
  readonly afterwards?: (releases: Releases) => Promise<unknown>;
}

const deploy = async (releases: Releases, manifest: ReleaseManifest, rollbackTo?: number): Promise<unknown> =>
  releases.deploy(manifest, {
    why: "the table",
    verified: manifest.services.map(({ image }) => ({ digest: image.digest }) as VerifiedDigest),
    evidence: [],
    ...(rollbackTo === undefined ? {} : { rollbackTo }),
  });

const staged = (strategy: StagedStrategy) => (version: string) =>
  manifestOf(`${version}.0.0`, [webService(version, { replicas: 2, strategy })]);
const web =
  (rest: Partial<ReleaseService> = {}) =>
  (version: string) =>
    manifestOf(`${version}.0.0`, [webService(version, rest)]);
const NEVER = ["shop-web-r2-1", "shop-web-r2-2", "shop-web-r2-3"];
const preview = ["preview.shop.localhost"];
const blueGreen: StagedStrategy = { name: "blue-green", preview, keepOld: parseDuration("1m") };
const canary: StagedStrategy = {
  name: "canary",
  preview,
  steps: [
    { weight: 10, analysis: { for: parseDuration("10s"), requests: 100, errors: 0.01, p95: 1.5 }, pause: "promote" },
    { weight: 50, pause: parseDuration("30s") },
  ],
};
const held: Partial<ReleaseService> = {
  spec: { ...plainSpec, mounts: [{ type: "volume", volume: "data", target: "/data", readOnly: false }] },
  hold: { seconds: 30, requests: 10 },
};
const jobs: Partial<ReleaseService> = {
  jobs: [
    { name: "migrate", command: ["migrate"], when: "before-traffic", timeoutMs: 60_000 },
    { name: "warm", command: ["warm"], when: "after-traffic", timeoutMs: 60_000 },
  ],
};
const rollback = async (_: Fleet, releases: Releases): Promise<void> => {
  await deploy(releases, releases.rollbackTarget("shop").manifest, releases.rollbackTarget("shop").release);
};
const traffic = (fleet: Fleet): void => {
  const requestsOf = (part: number): number => Math.floor((fleet.clock.elapsed() / 1000) * 100 * part);
  const share = (): number => (fleet.proxy.backends.get("shop.web")?.steering?.share ?? 0) / 10_000;
  fleet.proxy.counted = () => ({
    stable: { requests: requestsOf(1 - share()), errors: 0 },
    next: { requests: requestsOf(share()), errors: 0 },
  });
  fleet.proxy.timed = () => ({
    stable: { answers: requestsOf(1 - share()), p95Ms: 30 },
    next: { answers: requestsOf(share()), p95Ms: 30 },
  });
};
const batched = (order: "start-first" | "stop-first", failureAction: "rollback" | "pause" | "continue") => (version: string) =>
  threeReplicas(version, { order, failureAction });
const dieLate = (fleet: Fleet): void => void (fleet.deaths = { "shop-web-r2-2": 3000, "shop-web-r2-3": 3000 });
const dieEarly = (fleet: Fleet): void => void (fleet.deaths = { "shop-web-r2-1": 3000, "shop-web-r2-2": 3000 });
const stepwise =
  (...words: readonly ("promote" | "abort")[]) =>
  (manifest: ReleaseManifest) =>
  async (_: Fleet, releases: Releases): Promise<void> => {
    await deploy(releases, manifest);
    for (const word of words) await releases[word]("shop", { why: word });
  };

const WAYS: readonly Way[] = [
  { name: "rolling", manifest: web() },
  { name: "rolling, two services", manifest: (version) => manifestOf(`${version}.0.0`, [webService(version), dbService(version)]) },
  { name: "rolling, never ready", manifest: web(), prepare: (fleet) => void (fleet.silent = NEVER) },
  { name: "rollback", manifest: web(), prepare: async (fleet) => void (await fleet.deploy(web()("2"))), flow: rollback },
  { name: "hold", manifest: web(held) },
  { name: "hold, never ready", manifest: web(held), prepare: (fleet) => void (fleet.silent = NEVER) },
  { name: "hold, rollback", manifest: web(held), prepare: async (fleet) => void (await fleet.deploy(web(held)("2"))), flow: rollback },
  { name: "jobs", manifest: web(jobs) },
  { name: "jobs of one that stops first", manifest: web({ ...held, ...jobs }) },
  ...(["start-first", "stop-first"] as const).flatMap((order): readonly Way[] => [
    { name: `batches, ${order}`, manifest: batched(order, "rollback"), replicas: 3 },
    { name: `batches, ${order}, taken back`, manifest: batched(order, "rollback"), replicas: 3, prepare: dieEarly },
    {
      name: `batches, ${order}, brought back by a rollback of its own`,
      manifest: batched(order, "rollback"),
      replicas: 3,
      prepare: dieLate,
    },
    {
      name: `batches, ${order}, paused by a failure and aborted`,
      manifest: batched(order, "pause"),
      replicas: 3,
      prepare: dieEarly,
      decision: "abort",
      flow: stepwise("abort")(batched(order, "pause")("2")),
    },
    {
      name: `batches, ${order}, rollback`,
      manifest: batched(order, "rollback"),
      replicas: 3,
      prepare: async (fleet) => void (await fleet.deploy(batched(order, "rollback")("2"))),
      flow: rollback,
    },
  ]),
  { name: "blue-green, promoted", manifest: staged(blueGreen), replicas: 2, flow: stepwise("promote")(staged(blueGreen)("2")) },
  { name: "blue-green, aborted", manifest: staged(blueGreen), replicas: 2, flow: stepwise("abort")(staged(blueGreen)("2")) },
  { name: "canary, promoted", manifest: staged(canary), replicas: 2, prepare: traffic, flow: stepwise("promote")(staged(canary)("2")) },
  { name: "canary, aborted", manifest: staged(canary), replicas: 2, prepare: traffic, flow: stepwise("abort")(staged(canary)("2")) },
  {
    name: "reconcile of a lost container",
    manifest: (version) => manifestOf(`${version}.0.0`, [webService(version, { replicas: 2 })]),
    replicas: 2,
    prepare: async (fleet) => {
      await fleet.engine.containers.stop("shop-web-r1-1", 0);
      await fleet.engine.containers.remove("shop-web-r1-1");
    },
    flow: async (_, releases) => void (await releases.reconcile("shop", {})),
    // Nobody is asked to go on with a repair that was aborted, or never begun.
    afterwards: (releases) => releases.reconcile("shop", {}),
  },
];

const begin = async ({ manifest, prepare: prepared }: Way): Promise<Fleet> => {
  const fleet = createFleet();
  fleet.ends = Object.fromEntries(
    Array.from({ length: 9 }, (_, at) => [`shop-web-r${at + 1}-job-migrate`, `shop-web-r${at + 1}-job-warm`])
      .flat()
      .map((name) => [name, { afterMs: 500 }]),
  );
  expect(await fleet.deploy(manifest("1"))).toMatchObject({ state: "live" });
  await prepared?.(fleet);
  return fleet;
};

const flowOf = ({ flow, manifest }: Way): NonNullable<Way["flow"]> =>
  flow ?? (async (_, releases) => void (await deploy(releases, manifest("2"))));

/** Lets the flow begin and die at that moment; without one it goes to its end. @returns the moments that it came through */
const live = async (way: Way, fleet: Fleet, at = Number.POSITIVE_INFINITY): Promise<readonly string[]> => {
  using releases = fleet.open();
  const process = { left: at, moments: [] as string[] };
  dying = process;
  if (CALLS) fleet.onCall = moment;
  try {
    await flowOf(way)(fleet, releases);
  } catch (error) {
    // What the dead would have said of it nobody hears.
    if (process.left > 0) throw error;
  } finally {
    dying = undefined;
    writing = "";
    fleet.onCall = () => undefined;
  }
  return process.moments;
};

const NEXT = ["resume", "the same again", "the other version", "abort", "promote", "reconcile"] as const;
/** Refusals that a person gets to read, and that change nothing. */
const REFUSALS = new Set(["INPUT_NOT_FOUND", "USAGE", "PAUSED", "STATE_NEEDS_PERSON"]);

const next = async (word: (typeof NEXT)[number], { manifest }: Way, releases: Releases): Promise<void> => {
  try {
    if (word === "resume") await releases.resume("shop");
    if (word === "the same again") await deploy(releases, manifest("2"));
    if (word === "the other version") await deploy(releases, manifest("1"));
    if (word === "abort" || word === "promote") await releases[word]("shop", { why: "found it" });
    if (word === "reconcile") await releases.reconcile("shop");
  } catch (error) {
    if (!isSeaworthyError(error) || !REFUSALS.has(error.code)) throw error;
  }
};

const settle = async (releases: Releases, at: number, { decision }: Way): Promise<void> => {
  for (let tries = 0; tries < 6; tries += 1) {
    await releases.resume("shop");
    if (releases.waiting("shop") !== undefined)
      await releases[decision ?? (at % 2 === 0 ? "promote" : "abort")]("shop", { why: "settled" });
  }
};

/** What is wrong with the world, in words. */
const wrongIn = async (fleet: Fleet, releases: Releases, replicas: number): Promise<readonly string[]> => {
  const { drift, unfinished, holders, live: serving } = await releases.status("shop");
  const containers = await fleet.containers();
  const webs = containers.filter((one) => one.includes("-web-"));
  const expected = webs.map((one) => `${one.replace(/^shop-web-(\S+) running$/, "$1")}=100`);
  const backend = fleet.proxy.backends.get("shop.web");
  const [networks, volumes] = [await fleet.engine.networks.list({}), await fleet.engine.volumes.list({})];
  const names = [...networks, ...volumes].map(({ name }) => name).toSorted();
  return [
    ...drift,
    ...(unfinished === undefined ? [] : [`r${unfinished.release} is unfinished`]),
    ...(Object.keys(holders).length === 0 ? [] : ["somebody holds a lease"]),
    ...(["1.0.0", "2.0.0"].includes(serving?.version ?? "") ? [] : [`${serving?.version} is live`]),
    ...(webs.length === replicas && webs.every((one) => one.endsWith(" running")) ? [] : [`containers: ${containers.join(", ")}`]),
    ...(containers.some((one) => one.includes("-job-")) ? ["a job is left over"] : []),
    ...(fleet.servers().join() === expected.join() ? [] : [`servers: ${fleet.servers().join()} for ${expected.join()}`]),
    ...((fleet.proxy.backends.get("shop.web:next")?.servers ?? []).length === 0 ? [] : ["servers beside those that serve"]),
    ...(backend?.steering === undefined ? [] : ["requests are told apart"]),
    ...(backend?.heldUntil === undefined ? [] : ["requests wait"]),
    ...(names.length === new Set(names).size ? [] : [names.join()]),
    ...(releases.journal.firstBroken() === undefined ? [] : ["the journal's chain is broken"]),
  ];
};

let cases = 0;
afterAll(() => void process.stdout.write(`kill table: ${cases} deaths\n`));

describe.each(WAYS)("$name, dead at any moment", (way) => {
  test("any next command converges, and nothing is left over", { timeout: 3_000_000 }, async () => {
    const { replicas = 1 } = way;
    const first = await begin(way);
    const moments = await live(way, first);
    const wrong: string[] = [];
    {
      using releases = first.open();
      await settle(releases, 0, way);
      await way.afterwards?.(releases);
      for (const words of await wrongIn(first, releases, replicas)) wrong.push(`without a death: ${words}`);
    }
    expect(moments.length).toBeGreaterThan(20);
    for (let at = WAYS.indexOf(way) % STRIDE; at < moments.length; at += STRIDE) {
      const chosen = NEXT[cases % NEXT.length] ?? "resume";
      const word = chosen === "promote" ? (way.decision ?? chosen) : chosen;
      const what = `${moments[at]}, then ${word}`;
      const fleet = await begin(way);
      await live(way, fleet, at + 1);
      cases += 1;
      using releases = fleet.open();
      try {
        await next(word, way, releases);
        await settle(releases, at, way);
        await way.afterwards?.(releases);
        for (const words of await wrongIn(fleet, releases, replicas)) wrong.push(`${what}: ${words}`);
      } catch (error) {
        wrong.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
