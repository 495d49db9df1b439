import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ITEMS } from "../../src/checklist/index.ts";
import { createInstallation, type Installation } from "../support/e2e/installation.ts";
import { dockerAt } from "../support/e2e/docker.ts";
import { get } from "../support/e2e/shop.ts";
import { underLoad } from "../support/e2e/under-load.ts";

const ROOT = resolve(import.meta.dirname, "../..");
let shop: Installation;

/** A scratch copy of the example: bases that this engine has, ports and a name of the test's own, a password. */
const prepare = async (folder: string): Promise<void> => {
  await dockerAt({}).program(join(ROOT, "script/bases/repin"), [folder]);
  const file = join(folder, "compose.yaml");
  const text = readFileSync(file, "utf8")
    .replace(/^name: .*$/m, "name: swe2e-storefront")
    .replace(/^( +)proxy: .*$/m, '$1proxy: {http: "${E2E_HTTP_PORT}"}\n$1registry: {port: "${E2E_REGISTRY_PORT}"}');
  writeFileSync(file, text);
  mkdirSync(join(folder, "secrets"), { recursive: true });
  writeFileSync(join(folder, "secrets/db_password"), "a password of the test's own\n");
  appendFileSync(join(folder, ".gitignore"), "\nsecrets/\n");
};

beforeAll(async () => {
  shop = await createInstallation({
    from: join(ROOT, "examples/storefront"),
    project: "swe2e-storefront",
    host: "shop.localhost",
    prepare,
  });
});
afterAll(() => shop?.[Symbol.asyncDispose]());

interface Verdict {
  readonly item: string;
  readonly verdict: { readonly state: string; readonly reason?: string };
}

test("the storefront: shipped, replaced by its second version under load, and brought back", async () => {
  const shipped = await shop.json(["ship"]);
  expect(shipped).toMatchObject({ schema: "seaworthy/ship@1", ok: true, release: { id: "r1", version: "1.0.0" } });
  expect((shipped["stages"] as { stage: string; state: string }[]).map(({ stage, state }) => `${stage} ${state}`)).toEqual([
    "check passed",
    "build passed",
    "test not-tried",
    "scan not-tried",
    "trial not-tried",
    "push passed",
    "sign passed",
    "deploy passed",
  ]);

  await underLoad(shop, async () => {
    await shop.git(["apply", "v2.patch"]);
    await shop.commit({}, "v2.0.0");
    const second = await shop.seaworthy(["ship"]);
    expect(second.exit, second.said).toBe(0);
    expect(await get(shop)).toMatchObject({ status: 200, version: "2.0.0" });
    const back = await shop.seaworthy(["rollback", "--why", "the test says so"]);
    expect(back.exit, back.said).toBe(0);
  });
  // A source-only change of one service replaces that service alone.
  const { docker, project } = shop;
  const names = await docker.lines(["ps", "-a", "--filter", `label=dev.seaworthy.project=${project}`, "--format", "{{.Names}}"]);
  expect(names.toSorted()).toEqual([`${project}-db-r1-1`, `${project}-web-r3-1`]);
});

test("a trial of a service disproves nothing, and leaves nothing in the engine", async () => {
  const there = async (): Promise<readonly string[]> => {
    const { docker } = shop;
    const [images, containers, volumes, networks] = await Promise.all([
      docker.lines(["images", "--format", "{{.Repository}}:{{.Tag}}"]),
      docker.lines(["ps", "-a", "--format", "{{.Names}}"]),
      docker.lines(["volume", "ls", "--format", "{{.Name}}"]),
      docker.lines(["network", "ls", "--format", "{{.Name}}"]),
    ]);
    return [...images, ...containers, ...volumes, ...networks].filter((name) => name.includes("trial")).toSorted();
  };
  const before = await there();
  const tried = await shop.json(["trial", "web", "--level", "quick"]);
  const [web] = tried["services"] as readonly { readonly trials: readonly { readonly verdict: string }[] }[];
  const states = web?.trials.map(({ verdict }) => verdict) ?? [];
  expect(states).toContain("proven");
  expect(states).not.toContain("disproved");
  expect(await there()).toEqual(before);
  // The same image in the same place is not tried again, and what it showed counts for a release.
  expect(await shop.json(["trial", "web", "--level", "quick"])).toEqual(tried);
  const planned = await shop.json(["ship", "--dry-run"]);
  const stages = planned["stages"] as readonly { readonly stage: string; readonly state: string; readonly words?: string }[];
  expect(stages.find(({ stage }) => stage === "trial")).toMatchObject({
    state: "passed",
    words: expect.stringMatching(/^web: \d+ proven, 0 disproved/),
  });
});

test("its checklist: every item with a verdict, nothing disproved, each not-tried with its reason", async () => {
  const checklist = await shop.json(["checklist"]);
  const verdicts = checklist["items"] as readonly Verdict[];
  expect(verdicts.map(({ item }) => item).toSorted()).toEqual(ITEMS.map(({ id }) => id).toSorted());
  expect(verdicts.filter(({ verdict }) => verdict.state === "disproved")).toEqual([]);
  const untried = verdicts.filter(({ verdict }) => verdict.state === "not-tried");
  expect(untried.filter(({ verdict }) => (verdict.reason ?? "").length < 10)).toEqual([]);
  const proven = verdicts.filter(({ verdict }) => verdict.state === "proven").map(({ item }) => item);
  for (const item of [
    "signed",
    "zero-downtime",
    "rollback",
    "resource-limits",
    "runtime-secrets",
    "immutable-tags",
    "non-root",
    "restart-policy",
  ])
    expect(proven).toContain(item);
  expect(proven.length + untried.length).toBe(ITEMS.length);
});

test("logs: every container's lines in the order of time, as words and as documents", async () => {
  const told = await shop.seaworthy(["logs", "--json", "--tail", "5"]);
  expect(told.exit, told.said).toBe(0);
  const lines = told.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { schema: string; at: string; service: string; container: string; text: string });
  expect(new Set(lines.map(({ schema }) => schema))).toEqual(new Set(["seaworthy/log-line@1"]));
  expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).toSorted());
  const web = lines.filter(({ service }) => service === "web");
  expect(web.length).toBeGreaterThan(0);
  const words = await shop.seaworthy(["logs", "web", "--tail", "5"]);
  expect(words.stdout.trim().split("\n")).toEqual(web.map(({ container, text }) => `${container} | ${text}`));
  const unknown = await shop.seaworthy(["logs", "wbe"]);
  expect([unknown.exit, unknown.said]).toEqual([2, expect.stringContaining("has no containers of wbe")]);
});

const HOSTNAME_AND = (script: string): string => `console.log(os.hostname()); ${script}`;

test("exec runs in a container that serves; run in one of its own, with the release's environment and secrets, that is gone afterwards", async () => {
  const inside = await shop.seaworthy(["exec", "web", "--", "/nodejs/bin/node", "-e", HOSTNAME_AND("process.exit(3)")]);
  expect(inside.exit, inside.said).toBe(3);
  const serving = await shop.docker.lines([
    "ps",
    "-q",
    "--filter",
    `label=dev.seaworthy.service=web`,
    "--filter",
    `label=dev.seaworthy.project=${shop.project}`,
  ]);
  expect(serving).toContain(inside.stdout.trim());

  const before = await shop.docker.lines(["ps", "-aq"]);
  const own = await shop.seaworthy([
    "run",
    "web",
    "--",
    "-e",
    HOSTNAME_AND("console.log(fs.readFileSync(process.env.PGPASSWORD_FILE, 'utf8').trim()); process.exit(4)"),
  ]);
  expect(own.exit, own.said).toBe(4);
  const [name, secret] = own.stdout.trim().split("\n");
  expect(serving).not.toContain(name);
  expect(secret).toBe("a password of the test's own");
  expect(await shop.docker.lines(["ps", "-aq"])).toEqual(before);

  const status = await shop.seaworthy(["status"]);
  expect(status.exit, status.said).toBe(0);
  const unknown = await shop.seaworthy(["run", "wbe", "--", "true"]);
  expect([unknown.exit, unknown.said]).toEqual([2, expect.stringContaining("has no service wbe")]);
  expect((await shop.seaworthy(["exec", "web"])).exit).toBe(2);
});

test("doctor: a report of everything, without the password", async () => {
  const told = await shop.seaworthy(["doctor", "--output", "report.json"]);
  // A full disk is this machine's own ailment.
  expect(told.stdout.replaceAll(/^.*MiB left.*\n.*$/gm, ""), told.said).not.toMatch(/^ {4}->/m);
  const text = readFileSync(join(shop.projectFolder, "report.json"), "utf8");
  expect(text).not.toContain("a password of the test's own");
  expect(JSON.parse(text)).toMatchObject({ schema: "seaworthy/doctor@1", engine: { apiVersion: expect.any(String) } });
  expect(text).toContain("backend swe2e-storefront.web");
});

test("status and history in JSON", async () => {
  expect(await shop.json(["status"])).toMatchObject({
    schema: "seaworthy/status@1",
    project: shop.project,
    live: { release: 3, version: "1.0.0", at: expect.any(Number) },
    drift: [],
    holders: {},
    services: [
      {
        service: "db",
        replicas: 1,
        containers: [{ name: `${shop.project}-db-r1-1`, state: "running", health: "healthy", restartCount: 0 }],
      },
      {
        service: "web",
        replicas: 1,
        containers: [{ state: "running", release: 3, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), server: { weight: 100 } }],
      },
    ],
  });
  const history = await shop.json(["history"]);
  expect(history).toMatchObject({
    schema: "seaworthy/history@1",
    project: shop.project,
    releases: [
      { release: 3, version: "1.0.0", outcome: "live", serving: true, rollbackTo: 1, why: "the test says so" },
      { release: 2, version: "2.0.0", outcome: "live", serving: false },
      { release: 1, version: "1.0.0", outcome: "live", serving: false },
    ],
  });
  for (const release of (history as { releases: { release: number; report: unknown }[] }).releases.slice(0, 2))
    expect(release.report).toMatchObject([{ service: "web", measured: true, failed: 0, requests: expect.any(Number) }]);
});

test("where the service says so, ship tries what was not tried before, and the release has it as evidence", async () => {
  const file = join(shop.projectFolder, "compose.yaml");
  const route = "      route: {hosts: [shop.localhost]";
  const text = readFileSync(file, "utf8");
  expect(text).toContain(route);
  await shop.commit({
    "compose.yaml": text.replace(route, `      trial: {ship: quick, requests: [{get: /healthz, expect: 200}]}\n${route}`),
  });
  const shipped = await shop.json(["ship"]);
  const stages = shipped["stages"] as readonly { readonly stage: string; readonly state: string; readonly words?: string }[];
  expect(stages.find(({ stage }) => stage === "trial")).toMatchObject({
    state: "passed",
    words: expect.stringMatching(/^web: \d+ proven, 0 disproved/),
  });
  const verdicts = (await shop.json(["checklist"]))["items"] as readonly (Verdict & {
    readonly evidence: readonly { readonly source: string }[];
  })[];
  const nonRoot = verdicts.find(({ item }) => item === "non-root");
  expect(nonRoot).toMatchObject({ verdict: { state: "proven" } });
  expect(nonRoot?.evidence.map(({ source }) => source)).toContain("trial/non-root");
});

test("a standard trial of all of it: nothing is disproved but what it says it lives with, and what was not tried says why", async () => {
  interface Tried {
    readonly id: string;
    readonly verdict: string;
    readonly because: string;
    readonly waived?: { readonly until: string };
  }
  const tried = await shop.json(["trial", "--level", "standard"]);
  const services = tried["services"] as readonly { readonly subject: { readonly service: string }; readonly trials: readonly Tried[] }[];
  expect(services.map(({ subject }) => subject.service).toSorted()).toEqual(["db", "web"]);
  const of = (verdict: string) =>
    services.flatMap(({ subject, trials }) => trials.filter((one) => one.verdict === verdict).map(({ id }) => `${subject.service} ${id}`));
  expect(of("disproved")).toEqual([]);
  expect(of("waived")).toEqual(["db logs"]);
  expect(of("proven").length).toBeGreaterThan(25);
  for (const { trials } of services)
    for (const { verdict, because } of trials) if (verdict === "not-tried") expect(because.length).toBeGreaterThan(10);
});
