import { expect, test } from "vitest";
import type { ImageRunConfig } from "../core/index.ts";
import { type BaseImages, findBases, type KnownBases } from "./base-images.ts";
import { checkCompose } from "./test-data/subjects.ts";

const BARE: ImageRunConfig = { env: [], exposedPorts: [], volumes: [], labels: {} };

const knowing =
  (images: Readonly<Record<string, Partial<ImageRunConfig>>>): KnownBases =>
  (reference, platform) => {
    const config = images[platform === undefined ? reference : `${reference} ${platform}`];
    return config === undefined ? undefined : { ...BARE, ...config };
  };

const rulesSaid = async (compose: string, dockerfile: string, images: Parameters<typeof knowing>[0]): Promise<readonly string[]> => {
  const { findings } = await checkCompose(compose, { bases: knowing(images) }, { Dockerfile: dockerfile });
  return findings.map(({ rule, message, confidence }) => `${rule}: ${message} (${confidence})`);
};

const about = (lines: readonly string[], ...rules: readonly string[]): readonly string[] =>
  lines.filter((line) => rules.some((rule) => line.startsWith(`${rule}:`)));

const USERS = ["dockerfile/user-missing", "dockerfile/root-user"];
const BUILT = "services: {web: {build: .}}";

test("each image is asked for once, under any of its names, and what takes too long is not known", async () => {
  const asked: string[] = [];
  const ask: BaseImages = async (reference, platform, signal) => {
    asked.push(`${reference} ${platform ?? ""}`.trim());
    if (reference !== "slow") return { ...BARE, user: "9" };
    await new Promise((end) => signal.addEventListener("abort", end, { once: true }));
    return BARE;
  };
  const started = performance.now();
  const bases = await findBases(
    [
      { reference: "node:24" },
      { reference: "docker.io/library/node:24" },
      { reference: "node:24", platform: "linux/arm64" },
      { reference: "slow" },
      { reference: "not a name" },
    ],
    ask,
    50,
  );
  expect(performance.now() - started).toBeLessThan(1000);
  expect(asked.toSorted()).toEqual(["docker.io/library/node:24", "node:24 linux/arm64", "slow"]);
  expect(bases("node:24")?.user).toBe("9");
  expect(bases("slow")).toBeUndefined();
  expect(bases("node:22")).toBeUndefined();
});

test("a base that adds instructions of its own is not known", async () => {
  const bases = await findBases([{ reference: "node:24-onbuild" }], async () => ({ ...BARE, onBuild: ["USER 1000"] }));
  expect(bases("node:24-onbuild")).toBeUndefined();
});

test("the user is the base image's where the Dockerfile sets none", async () => {
  const dockerfile = "FROM acme/base:1 AS build\nFROM acme/base:1\n";
  expect(about(await rulesSaid(BUILT, dockerfile, {}), ...USERS).join()).toContain("its base image's user, which mostly is root (likely)");
  expect(about(await rulesSaid(BUILT, dockerfile, { "acme/base:1": {} }), ...USERS).join()).toContain(
    "root, for acme/base:1 sets none either (certain)",
  );
  expect(about(await rulesSaid(BUILT, dockerfile, { "acme/base:1": { user: "0" } }), ...USERS).join()).toContain(
    "runs as 0, as its base acme/base:1 says",
  );
  expect(about(await rulesSaid(BUILT, dockerfile, { "acme/base:1": { user: "10001" } }), ...USERS)).toEqual([]);
});

test("FROM with a platform takes that platform's configuration", async () => {
  const images = { "acme/base:1": { user: "0" }, "acme/base:1 linux/arm64": { user: "10001" } };
  expect(about(await rulesSaid(BUILT, "FROM --platform=linux/arm64 acme/base:1\n", images), ...USERS)).toEqual([]);
});

test("the stage that the service targets counts, not the last", async () => {
  const dockerfile = "FROM acme/base:1 AS app\nUSER 10001\nFROM app AS debug\nUSER root\n";
  expect(about(await rulesSaid("services: {web: {build: {context: ., target: app}}}", dockerfile, {}), ...USERS)).toEqual([]);
  expect(about(await rulesSaid(BUILT, dockerfile, {}), ...USERS)).toHaveLength(1);
});

test("a health check of the Dockerfile or of its base is the service's", async () => {
  const waiting = "services: {web: {image: 'acme/web:1', depends_on: {api: {condition: service_healthy}}}, api: {build: .}}";
  const HEALTH = ["compose/dependency-health", "compose/healthcheck"];
  const ofApi = (lines: readonly string[]): readonly string[] => about(lines, ...HEALTH).filter((line) => line.includes("api"));
  expect(ofApi(await rulesSaid(waiting, "FROM acme/base:1\n", {}))).toEqual([
    "compose/dependency-health: web waits until api is healthy, but api has no health check in these files (possible)",
  ]);
  expect(ofApi(await rulesSaid(waiting, "FROM acme/base:1\n", { "acme/base:1": {} }))).toEqual([
    "compose/dependency-health: web waits until api is healthy, but api has no health check (certain)",
    "compose/healthcheck: api has no health check (certain)",
  ]);
  expect(ofApi(await rulesSaid(waiting, "FROM acme/base:1\n", { "acme/base:1": { healthcheck: { test: ["CMD", "a"] } } }))).toEqual([]);
  expect(ofApi(await rulesSaid(waiting, 'FROM acme/base:1\nHEALTHCHECK CMD ["a"]\n', {}))).toEqual([]);
});

test("an image that the engine has says whether it checks its health", async () => {
  const compose = "services: {db: {image: 'postgres:17.2'}}";
  const said = async (images: Parameters<typeof knowing>[0]) =>
    about(await rulesSaid(compose, "FROM scratch\n", images), "compose/healthcheck");
  expect(await said({})).toEqual(["compose/healthcheck: db has no health check (likely)"]);
  expect(await said({ "docker.io/library/postgres:17.2": {} })).toEqual(["compose/healthcheck: db has no health check (certain)"]);
  expect(await said({ "docker.io/library/postgres:17.2": { healthcheck: { test: ["CMD", "pg_isready"] } } })).toEqual([]);
});

test("signals and times of the Dockerfile count", async () => {
  const killed = "FROM acme/base:1\nSTOPSIGNAL SIGKILL\n";
  expect(about(await rulesSaid(BUILT, killed, {}), "compose/stop-grace").join()).toContain("SIGKILL (its image's STOPSIGNAL)");
  const slow = 'FROM acme/base:1\nHEALTHCHECK --timeout=40s CMD ["a"]\n';
  expect(about(await rulesSaid(BUILT, slow, {}), "compose/stop-grace").join()).toContain("may take 40 s");
  const watched = "services: {web: {build: ., deploy: {update_config: {monitor: 20s}}}}";
  expect(about(await rulesSaid(watched, slow, {}), "compose/update-monitor").join()).toContain("up to 210 s");
});

test("an init of the Dockerfile or of its base image is PID 1", async () => {
  const init = async (dockerfile: string, images: Parameters<typeof knowing>[0] = {}) =>
    about(await rulesSaid(BUILT, dockerfile, images), "compose/init");
  expect(await init('FROM acme/base:1\nCMD ["node"]\n')).toHaveLength(1);
  expect(await init('FROM acme/base:1\nENTRYPOINT ["tini", "--"]\nCMD ["node"]\n')).toEqual([]);
  expect(await init('FROM acme/base:1\nCMD ["node"]\n', { "acme/base:1": { entrypoint: ["/sbin/tini", "--"] } })).toEqual([]);
});

test("a context that takes an image's name takes its place", async () => {
  const compose = "services: {web: {build: {context: ., additional_contexts: {base: 'docker-image://acme/real:2'}}}}";
  const layout = "services: {web: {build: {context: ., additional_contexts: {base: 'oci-layout:///srv/base:1'}}}}";
  expect(about(await rulesSaid(compose, "FROM base\n", { "acme/real:2": { user: "10001" } }), ...USERS)).toEqual([]);
  expect(about(await rulesSaid(layout, "FROM base\n", { "oci-layout:///srv/base:1": { user: "10001" } }), ...USERS)).toEqual([]);
  expect(about(await rulesSaid(layout, "FROM base\n", { base: { user: "10001" } }), ...USERS)).toHaveLength(1);
});

test("variables of the base image are known, and are not undefined", async () => {
  const dockerfile = "FROM acme/base:1\nWORKDIR $APP_HOME\nUSER 10001\n";
  const undefinedVariable = async (images: Parameters<typeof knowing>[0]) =>
    about(await rulesSaid(BUILT, dockerfile, images), "dockerfile/undefined-variable", "dockerfile/absolute-workdir");
  expect(await undefinedVariable({ "acme/base:1": { env: ["APP_HOME=/srv/app"] } })).toEqual([]);
  expect(await undefinedVariable({ "acme/base:1": {} })).not.toEqual([]);
});
