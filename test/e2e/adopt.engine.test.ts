import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exec } from "../../src/core/index.ts";
import { inside } from "../support/e2e/docker.ts";
import type { Installation } from "../support/e2e/installation.ts";
import { waitForLine } from "../support/e2e/journal.ts";
import { observeLoad } from "../support/e2e/observed-load.ts";
import { createShop, get } from "../support/e2e/shop.ts";
import { expectNothingLost } from "../support/e2e/under-load.ts";
import { spread } from "../support/extent.ts";

const PROJECT = "swe2e";

/** The real one, as Debian has it. */
const composeVersion = (): string | undefined => {
  try {
    return execFileSync("docker-compose", ["version", "--short"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
};
const version = composeVersion();
const missing = version === undefined;
/** Version 1 wrote names with underscores. */
const container = (service: string): string => [PROJECT, service, "1"].join(version?.startsWith("1.") === true ? "_" : "-");
if (missing) console.log("skipped: there is no docker-compose here; script/setup installs it");

const service = (context: string, more: string): string => `
    build: { context: ${context} }
    init: true
    restart: always
    stop_grace_period: 10s
${more}`;

/** What ran before anybody knew of Seaworthy; `after` is the same with the route in place of the port. */
const fileOf = (when: "before" | "after", { web = "", ledger = "" } = {}): string =>
  `${when === "before" ? 'version: "3.8"' : `name: ${PROJECT}\nx-seaworthy:\n  proxy: { http: "\${E2E_HTTP_PORT}" }\n  registry: { port: "\${E2E_REGISTRY_PORT}" }`}
services:
  web:${service("web", "    depends_on: [ledger]\n    read_only: true\n    cap_drop: [ALL]\n    environment: { TOKEN: s3cret-one }")}${web}
${when === "before" ? '    ports: ["${E2E_HTTP_PORT}:3000"]' : '    x-seaworthy:\n      route: { hosts: ["*"], port: 3000, ready: /readyz }\n      release: { drain: 10s, ready: 20s }'}
  ledger:${service("ledger", '    volumes: ["orders:/orders"]')}${ledger}
volumes: { orders: {} }
`;

let shop: Installation;

const compose = async (of: Installation, args: readonly string[]): Promise<void> => {
  const [program, all] = inside(of.place, "docker-compose", ["-p", PROJECT, "-f", "before.yml", ...args]);
  const env = {
    E2E_HTTP_PORT: String(of.httpPort),
    ...(of.place.dockerHost === undefined ? {} : { DOCKER_HOST: of.place.dockerHost }),
  };
  const result = await exec(program, all, { cwd: of.projectFolder, env, timeoutMs: 180_000 });
  if (result.exitCode !== 0) throw new Error(`docker-compose ${args.join(" ")} failed: ${result.stderr.slice(-2000)}`);
};

beforeAll(async () => {
  if (missing) return;
  shop = await createShop({
    prepare: (folder) => {
      writeFileSync(join(folder, "compose.yaml"), fileOf("after"));
      writeFileSync(join(folder, "before.yml"), fileOf("before"));
    },
  });
  await compose(shop, ["build"]);
});

/** As if nobody had ever adopted anything here. */
const clear = async ({ docker, scratch }: Installation): Promise<void> => {
  const filter = ["--filter", `label=com.docker.compose.project=${PROJECT}`];
  const labels = [filter, ["--filter", "label=dev.seaworthy.role=proxy"]];
  for (const label of labels) for (const id of await docker.lines(["ps", "-aq", ...label])) await docker.run(["rm", "-f", "-v", id]);
  for (const id of await docker.lines(["network", "ls", "-q", ...filter])) await docker.run(["network", "rm", id]);
  for (const name of await docker.lines(["volume", "ls", "-q", ...filter])) await docker.run(["volume", "rm", name]);
  await docker.attempt(["volume", "rm", "seaworthy-state"]);
  for (const name of readdirSync(scratch.state)) rmSync(join(scratch.state, name), { recursive: true });
};

// Before the scratch folder goes, by whose state the rest is found: compose's own containers carry no label of ours.
afterAll(async () => {
  if (missing) return;
  await clear(shop);
  await compose(shop, ["down", "-v", "--rmi", "all"]);
  await shop[Symbol.asyncDispose]();
});

/** The shop as docker compose has just brought it up, with its web service on the port that the proxy is to have. */
const composedShop = async (): Promise<Installation> => {
  await clear(shop);
  writeFileSync(join(shop.projectFolder, "compose.yaml"), fileOf("after"));
  await compose(shop, ["up", "-d"]);
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await get(shop).catch(() => undefined))?.status === 200) return shop;
    await sleep(50);
  }
  throw new Error("what docker compose runs does not answer");
};

const factsOf = (of: Installation, name: string): Promise<string> =>
  of.docker.run(["inspect", "--format", "{{.Id}} {{.State.StartedAt}} {{.State.Running}} {{.HostConfig.RestartPolicy.Name}}", name]);

const redirectsOf = async (of: Installation): Promise<readonly string[]> =>
  (await of.docker.program("iptables", ["-w", "10", "-t", "nat", "-S"]))
    .split("\n")
    .filter((line) => line.includes(`seaworthy-adopt-${of.httpPort}`));

const containersOf = async (of: Installation): Promise<readonly string[]> =>
  (
    await of.docker.lines(["ps", "-a", "--format", "{{.Names}} {{.State}}", "--filter", `label=com.docker.compose.project=${PROJECT}`])
  ).toSorted();

const expectAdopted = async (of: Installation): Promise<void> => {
  const status = await of.seaworthy(["status"]);
  expect(status.exit, status.said).toBe(0);
  expect(await containersOf(of)).toEqual([`${PROJECT}-web-r1-1 running`, `${container("ledger")} running`, `${container("web")} exited`]);
  expect(await redirectsOf(of)).toEqual([]);
  expect(await factsOf(of, container("web"))).toMatch(/ false no$/);
};

test.skipIf(missing)(
  "under strict load what docker compose runs is taken over; no request fails, the ledger is not restarted, no order is lost",
  { timeout: 400_000 },
  async () => {
    const of = await composedShop();
    const before = await factsOf(of, container("ledger"));
    const planned = await of.seaworthy(["adopt", "--dry-run"]);
    expect(planned.exit, planned.said).toBe(0);
    expect(planned.said).not.toContain("s3cret-one");
    expect(await containersOf(of), "a dry run changes nothing").toEqual([`${container("ledger")} running`, `${container("web")} running`]);

    const load = await observeLoad(of, { connections: 32, ratePerSecond: 200 });
    // Its clients never let go of their connections, so a person is asked.
    const paused = await of.seaworthy(["adopt", "--settle", "2s"]);
    expect(paused.exit, paused.said).toBe(5);
    expect(paused.said).toContain(`connections to ${container("web")} are kept open by their clients`);
    expect(await redirectsOf(of)).toHaveLength(2);
    expect((await get(of)).status, "a new connection is answered by the proxy").toBe(200);
    const promoted = await of.seaworthy(["promote", "--why", "it ends politely"]);
    expect(promoted.exit, promoted.said).toBe(0);
    await sleep(1000);
    const observed = await load.stop();
    console.log(`adoption: 0 of ${observed.requests} requests may fail; ${observed.failed} did`);
    await expectNothingLost(of, observed);
    expect(observed.requests).toBeGreaterThan(500);
    expect(await factsOf(of, container("ledger")), "not restarted").toBe(before);
    await expectAdopted(of);

    const finished = await of.seaworthy(["adopt", "--finish"]);
    expect(finished.exit, finished.said).toBe(0);
    expect(await containersOf(of)).toEqual([`${PROJECT}-web-r1-1 running`, `${container("ledger")} running`]);
    expect(await of.docker.lines(["volume", "ls", "-q", "--filter", `name=${PROJECT}_orders`])).toEqual([`${PROJECT}_orders`]);
    expect((await of.seaworthy(["adopt"])).exit).toBe(2);
  },
);

test.skipIf(missing)(
  "under strict load an adoption that waits is taken back: all is as docker compose left it",
  { timeout: 400_000 },
  async () => {
    const of = await composedShop();
    const [web, ledger] = [await factsOf(of, container("web")), await factsOf(of, container("ledger"))];
    const networks = await of.docker.lines(["network", "ls", "-q"]);
    const load = await observeLoad(of, { connections: 16, ratePerSecond: 200 });
    const paused = await of.seaworthy(["adopt", "--settle", "1s"]);
    expect(paused.exit, paused.said).toBe(5);
    const through = await observeLoad(of, { connections: 16, ratePerSecond: 100 });
    await sleep(1000);
    const aborted = await of.seaworthy(["abort", "--why", "not today"]);
    expect(aborted.exit, aborted.said).toBe(0);
    await sleep(500);
    for (const one of [await load.stop(), await through.stop()]) await expectNothingLost(of, one);
    expect([await factsOf(of, container("web")), await factsOf(of, container("ledger"))]).toEqual([web, ledger]);
    expect(await of.docker.lines(["network", "ls", "-q"])).toEqual(networks);
    expect(await redirectsOf(of)).toEqual([]);
  },
);

test.skipIf(missing).each(spread(["web/join/1", "port/redirect", "web/ready/1", "web/retire/0-1", "port/both/1", "port/own/1"], 3))(
  "killed with SIGKILL as it begins %s: every new connection is answered, and the next adopt ends it",
  { timeout: 400_000 },
  async (step) => {
    const of = await composedShop();
    const wrong: string[] = [];
    let asked = 0;
    const stop = new AbortController();
    const asking = (async () => {
      while (!stop.signal.aborted) {
        const answer = await get(of).catch((error: unknown) => String(error));
        asked += 1;
        if (typeof answer === "string" || answer.status !== 200) wrong.push(JSON.stringify(answer));
      }
    })();
    const call = of.call(["adopt"]);
    await waitForLine(of.scratch.state, call, 1, "intent", step);
    call.child.kill("SIGKILL");
    expect((await call.ended).exit).toBeUndefined();
    await sleep(300);
    const again = await of.seaworthy(["adopt"]);
    expect(again.exit, again.said).toBe(0);
    await sleep(300);
    stop.abort();
    await asking;
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(50);
    await expectAdopted(of);
  },
);

test.skipIf(missing)(
  "a file that is not what runs: each difference is named, no value of a variable, and nothing is changed",
  { timeout: 300_000 },
  async () => {
    const of = await composedShop();
    const [web, ledger] = [await factsOf(of, container("web")), await factsOf(of, container("ledger"))];
    const text = fileOf("after", { ledger: "\n    user: '70:70'\n    mem_limit: 100m" }).replace("s3cret-one", "s3cret-two");
    writeFileSync(join(of.projectFolder, "compose.yaml"), text);
    const refused = await of.seaworthy(["adopt"]);
    expect(refused.exit, refused.said).toBe(1);
    expect(refused.said).toContain(
      `web: ${container("web")}, environment TOKEN: the container has another value than the file (--replace web agrees)`,
    );
    expect(refused.said).toMatch(/ledger: \S+, user: the container has .*, the file says 70:70 \(--replace ledger agrees\)/);
    expect(refused.said).toMatch(/ledger: \S+, mem_limit/);
    expect(refused.said).not.toMatch(/s3cret/);
    expect([await factsOf(of, container("web")), await factsOf(of, container("ledger"))]).toEqual([web, ledger]);
    expect(await redirectsOf(of)).toEqual([]);
  },
);
