import { expect, test } from "vitest";
import { createDockerEngine, createDockerInside } from "../engine/index.ts";
import { TRIALS, tryService } from "./index.ts";
import { TRIAL_LABEL } from "./lab/names.ts";
import { openLab } from "./lab/lab.ts";
import { sweepLeftOvers } from "./lab/sweep.ts";
import { nodeImage, serviceSubject } from "./subject.fixture.ts";
import type { Subject } from "./subject.ts";

const engine = createDockerEngine();
const inside = createDockerInside();
const { signal } = new AbortController();

/** Answers, says so as JSON, and ends well. */
const GOOD = `const http = require("node:http");
const server = http.createServer((request, response) => { request.resume(); request.on("end", () => {
  console.log(JSON.stringify({ time: new Date().toISOString(), level: "info", path: request.url })); response.end("ok"); }); });
server.listen(3000);
process.on("SIGTERM", () => { server.close(() => process.exit(0)); setInterval(() => server.closeIdleConnections(), 50).unref(); });`;

/** Writes into its own layer, listens on a port that nobody knows of, says nothing that could be counted, and does not hear that it should end. */
const BAD = `const http = require("node:http"); const fs = require("node:fs");
fs.mkdirSync("/var/state", { recursive: true });
http.createServer((request, response) => { fs.appendFileSync("/var/state/log", "x"); console.log("asked for " + request.url); response.end("ok"); }).listen(3000);
http.createServer((request, response) => response.end("debug")).listen(9229);`;

const CHECK = `fetch("http://127.0.0.1:3000/").then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`;

const subjectOf = async (code: string, service: object): Promise<Subject> =>
  serviceSubject(await nodeImage(engine), { command: ["-e", code], ...service });

const left = async (): Promise<number> =>
  (await engine.containers.list({ [TRIAL_LABEL]: "" })).length +
  (await engine.networks.list({ [TRIAL_LABEL]: "" })).length +
  (await engine.volumes.list({ [TRIAL_LABEL]: "" })).length;

const verdicts = async (subject: Subject): Promise<Readonly<Record<string, string>>> => {
  const { outcomes } = await tryService(subject, { engine, inside, level: "standard", signal });
  return Object.fromEntries(outcomes.map(({ trial, state, because }) => [trial.id, `${state}: ${because}`]));
};

test("of a service that does everything right nothing is disproved, and nothing is left", { timeout: 300_000 }, async () => {
  const subject = await subjectOf(GOOD, {
    user: "65532:65532",
    read_only: true,
    init: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    mem_limit: "192m",
    memswap_limit: "192m",
    logging: { driver: "local" },
    environment: { API_KEY: "k-0123456789abcdef" },
    healthcheck: { test: ["CMD", "/nodejs/bin/node", "-e", CHECK], interval: "5s", timeout: "5s", start_period: "20s", retries: 3 },
    stop_grace_period: "10s",
  });
  const seen = await verdicts(subject);
  expect(Object.entries(seen).filter(([, words]) => !words.startsWith("proven"))).toEqual([
    ["crash-safe-state", expect.stringMatching(/^not-tried: no pair of requests/)],
  ]);
  expect(Object.keys(seen).toSorted()).toEqual(
    TRIALS.filter(({ level }) => level !== "deep")
      .map(({ id }) => id)
      .toSorted(),
  );
  expect(await left()).toBe(0);
});

test("of one that does everything wrong everything is disproved", { timeout: 300_000 }, async () => {
  const subject = await subjectOf(BAD, {
    user: "0:0",
    healthcheck: { test: ["CMD", "/nodejs/bin/node", "-e", "process.exit(0)"], interval: "100ms", timeout: "5s", retries: 1 },
    stop_grace_period: "3s",
    mem_limit: "192m",
    ulimits: { nofile: { soft: 256, hard: 256 } },
  });
  const seen = await verdicts(subject);
  expect(Object.fromEntries(Object.entries(seen).filter(([, words]) => !words.startsWith("disproved")))).toEqual({
    "crash-safe-state": expect.stringMatching(/^not-tried/),
    "early-readiness": expect.stringMatching(/^not-tried: its health check succeeds with nothing running/),
    "logs-complete": expect.stringMatching(/^proven: each of \d+ requests/),
    "memory-peak": expect.stringMatching(/^proven: it used at most/),
    "secret-leaks": expect.stringMatching(/^not-tried: it is given no credentials/),
    "time-zone": expect.stringMatching(/^not-tried: nothing that it logs has a time/),
    "without-network": expect.stringMatching(/^proven: without a network it was up/),
  });
  expect(seen["file-writes"]).toContain("/var/state");
  expect(seen["listening-ports"]).toContain("9229/tcp");
  expect(seen["stop-signal"]).toContain("catches SIGTERM and does not end");
});

/** Keeps what it is told where `STORE` says: in a file below a volume, or in memory. */
const STORE = (
  where: "file" | "memory",
): string => `const http = require("node:http"); const fs = require("node:fs"); const kept = new Set();
const file = "/data/" ; http.createServer((request, response) => { request.resume(); request.on("end", () => { const key = request.url.slice(1);
  if (request.method === "PUT") { ${where === "file" ? 'fs.writeFileSync(file + key, "x", { flush: true })' : "kept.add(key)"}; response.writeHead(201).end(); return; }
  response.writeHead(key === "" || ${where === "file" ? "fs.existsSync(file + key)" : "kept.has(key)"} ? 200 : 404).end(); }); }).listen(3000);
process.on("SIGTERM", () => process.exit(0));`;

test("acknowledged writes: kept in a volume, lost from memory", { timeout: 300_000 }, async () => {
  const state = [
    {
      write: { method: "PUT", path: "/{n}", headers: {}, expect: 201 },
      read: { method: "GET", path: "/{n}", headers: {}, expect: 200 },
    },
  ];
  const trials = TRIALS.filter(({ id }) => id === "crash-safe-state");
  const tried = async (where: "file" | "memory"): Promise<string> => {
    const subject = await subjectOf(STORE(where), { user: "0:0", volumes: ["kept:/data"] });
    const { outcomes } = await tryService({ ...subject, state }, { engine, inside, level: "standard", signal, trials });
    return outcomes.map(({ state: verdict, because }) => `${verdict}: ${because}`).join();
  };
  expect(await tried("file")).toMatch(/^proven: all \d+ acknowledged writes/);
  expect(await tried("memory")).toMatch(/^disproved: of \d+ acknowledged writes [1-9]/);
});

test(
  "frozen-healthcheck: one that gives up after a while, and calls that well, is told from one that hangs",
  { timeout: 120_000 },
  async () => {
    // Longer than the engine is told to wait, and shorter than by the service's own times.
    const lenient = `fetch("http://127.0.0.1:3000/", { signal: AbortSignal.timeout(2500) }).finally(() => process.exit(0))`;
    const trials = TRIALS.filter(({ id }) => id === "frozen-healthcheck");
    const tried = async (code: string): Promise<string> => {
      const healthcheck = { test: ["CMD", "/nodejs/bin/node", "-e", code], interval: "5s", timeout: "8s" };
      const { outcomes } = await tryService(await subjectOf(GOOD, { healthcheck }), { engine, inside, level: "standard", signal, trials });
      return outcomes.map(({ state, because }) => `${state}: ${because}`).join();
    };
    expect(await Promise.all([lenient, CHECK].map(tried))).toEqual([
      "disproved: with every process stopped the health check succeeds",
      "proven: stopped, it became unhealthy, and healthy again when it went on",
    ]);
  },
);

test("one that does not come up is no verdict on anything: its last words are the message", { timeout: 120_000 }, async () => {
  const subject = await subjectOf(`console.error("no database here"); process.exit(7)`, {});
  await expect(tryService(subject, { engine, inside, level: "quick", signal })).rejects.toMatchObject({
    code: "INPUT_INVALID",
    exit: 1,
    message: expect.stringMatching(/ended with 7.*no database here/),
  });
  expect(await left()).toBe(0);
});

test("what a killed run left behind is swept by the next; a living one's is not touched", { timeout: 120_000 }, async () => {
  const subject = await subjectOf(GOOD, {});
  await using living = await openLab(subject, { engine, inside, signal, atOnce: 1 });
  const dead = `seaworthy-trial-dead-${process.pid}`;
  await engine.networks.create(dead, {
    driver: "bridge",
    internal: true,
    labels: {
      [TRIAL_LABEL]: "dead",
      "dev.seaworthy.trial.since": String(Date.now()),
      "dev.seaworthy.trial.owner": `999999@${(await import("node:os")).hostname()}`,
    },
  });
  await sweepLeftOvers(engine);
  expect(await engine.networks.inspect(dead)).toBeUndefined();
  expect(await engine.networks.inspect(living.network)).toBeDefined();
});
