import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { fakeClock, openStateFolder, SeaworthyError, type StateFolder } from "../core/index.ts";
import { createFakeEngine, type FakeEngine, fakeImage } from "../engine/index.ts";
import { createFakeProxy, type Proxy } from "../proxy/index.ts";
import { type Diagnosis, diagnose } from "./diagnosis.ts";
import { filesFolder } from "./files.ts";
import { type Journal, openJournal } from "./journal.ts";
import { LABELS } from "./live.ts";
import { manifestDigest } from "./manifest.ts";
import type { ProjectStatus } from "./status.ts";
import { manifestOf, plainSpec, webService } from "./test-data/manifests.ts";
import { seal } from "./vault.ts";

const root = mkdtempSync(join(tmpdir(), "sw-doctor-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const clock = fakeClock(Date.UTC(2026, 0, 1));
const well: ProjectStatus = {
  project: "shop",
  live: { release: 1, version: "1.0.0", at: 0 },
  holders: {},
  services: [],
  drift: [],
};
let state: StateFolder;
let journal: Journal;
let engine: FakeEngine;
let proxy: Proxy;

beforeEach(async () => {
  state = openStateFolder({ SEAWORTHY_STATE: mkdtempSync(join(root, "s-")) });
  journal = openJournal(state.folder, clock);
  engine = createFakeEngine({ images: { app: fakeImage() }, clock });
  proxy = createFakeProxy();
  const manifest = manifestOf("1.0.0", [webService("1")]);
  const digest = manifestDigest(manifest);
  const plan = { schema: "seaworthy/plan@1" as const, project: "shop", release: 1, manifest: digest, summary: [], steps: [] };
  journal.append("shop", 1, { kind: "release", manifest, digest, who: "ann@here", why: "first", evidence: [], plan });
  journal.append("shop", 1, { kind: "finished", outcome: "live", seconds: 1 });
  await engine.containers.create("shop-web-r1-1", {
    Image: "app",
    Env: ["MODE=production", "API_TOKEN=tok-0123456789", "PATH=/bin"],
    Labels: { [LABELS.project]: "shop", "traefik.auth": "basic-hash" },
    HostConfig: { NetworkMode: "none" },
  });
  await engine.containers.start("shop-web-r1-1");
});

const look = (status: () => Promise<ProjectStatus> = async () => well): Promise<Diagnosis> =>
  diagnose({ engine, proxy, state, journal, clock, project: "shop", status, socket, versions: { seaworthy: "0.1.0" } });
const socket = { address: "unix:///nowhere", socket: { path: "/nowhere", exists: false, permitted: false } };
const whats = ({ ailments }: Diagnosis): readonly string[] => ailments.map(({ what }) => what).filter((what) => !/MiB left/.test(what));

test("one that is well has nothing to say, and a report of everything", async () => {
  engine.say("shop-web-r1-1", "listening");
  const diagnosis = await look();
  expect(whats(diagnosis)).toEqual([]);
  expect(diagnosis).toMatchObject({
    schema: "seaworthy/doctor@1",
    at: "2026-01-01T00:00:00.000Z",
    history: [{ release: 1, outcome: "live" }],
    journal: [{ kind: "release", version: "1.0.0", who: "ann@here" }, { kind: "finished" }],
    containers: [{ name: "shop-web-r1-1", environment: ["API_TOKEN", "MODE", "PATH"], logs: [expect.stringContaining("listening")] }],
  });
});

test("no secret is in it, whoever said it", async () => {
  const folder = join(filesFolder(state), "shop");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "secret-db_password-0123-0-0-444"), "correct horse battery\n");
  engine.say("shop-web-r1-1", "connecting with correct horse battery and tok-0123456789");
  engine.say("shop-web-r1-1", "postgres://app:hunter22@db/app");
  const text = JSON.stringify(await look());
  for (const secret of ["correct horse battery", "tok-0123456789", "hunter22", "basic-hash"]) expect(text).not.toContain(secret);
  expect(text).toContain("connecting with [redacted] and [redacted]");
});

test("what is wrong is said with what to do", async () => {
  engine.exit("shop-web-r1-1", 137, { oomKilled: true });
  const drift = ["web: 0 of 1 containers run"];
  const unfinished = { release: 2, version: "2.0.0", turningBack: false, steps: 9, done: 4 };
  const diagnosis = await look(async () => ({ ...well, drift, unfinished }));
  expect(whats(diagnosis)).toEqual([
    "release r2 is unfinished: 4 of 9 steps are done",
    "web: 0 of 1 containers run",
    "shop-web-r1-1 was killed for want of memory",
  ]);
  for (const { advice } of diagnosis.ailments) expect(advice).not.toBe("");
});

test("an engine that does not answer is the first thing said, and the rest is told all the same", async () => {
  const refuse = new SeaworthyError("ENGINE_UNREACHABLE", "no engine answers on unix:///nowhere");
  for (const method of ["system.info", "containers.list"] as const) engine.fail(method, refuse);
  const diagnosis = await look(() => Promise.reject(refuse));
  expect(whats(diagnosis)[0]).toBe("no engine answers on unix:///nowhere");
  expect(diagnosis.engine).toEqual({ unreachable: "no engine answers on unix:///nowhere" });
  expect(diagnosis.history).toHaveLength(1);
});

const PLANTED = {
  variable: "planted-in-a-variable-71c3",
  label: "planted-in-a-label-52d8",
  log: "planted-in-a-url-90ab",
  journal: "planted-in-the-journal-3f6e",
  sealed: "planted-in-the-vault-17aa",
} as const;

/** A second release whose replica failed and said what it should not have: its container is gone, the journal remembers. */
const plant = async (): Promise<void> => {
  const version = "0123456789abcdef";
  const spec = {
    ...plainSpec,
    environment: { DB_PASSWORD: PLANTED.journal },
    labels: { "app.token": PLANTED.label },
    secrets: [{ source: "api_key", target: "/run/secrets/api_key", uid: 0, gid: 0, mode: 0o400 }],
  };
  const manifest = manifestOf("2.0.0", [webService("2", { spec, secretVersions: { api_key: version } })]);
  seal(state, { project: "shop", kind: "secret", key: "api_key", version }, PLANTED.sealed);
  const digest = manifestDigest(manifest);
  const plan = { schema: "seaworthy/plan@1" as const, project: "shop", release: 2, manifest: digest, summary: [], steps: [] };
  journal.append("shop", 2, { kind: "release", manifest, digest, who: "ann@here", why: "second", evidence: [], plan });
  const log = [`connecting with ${PLANTED.journal}`, `and the key ${PLANTED.sealed}`, `https://app:${PLANTED.log}@api.example/`];
  journal.append("shop", 2, {
    kind: "replica-failed",
    step: "s",
    service: "web",
    name: "shop-web-r2-1",
    because: log[0] ?? "",
    log,
    served: false,
  });
  journal.append("shop", 2, { kind: "finished", outcome: "reverted", because: log.join("\n"), problems: log, seconds: 1 });
  await engine.containers.create("shop-web-r2-1", {
    Image: "app",
    Env: [`SESSION_SECRET=${PLANTED.variable}`],
    Labels: { [LABELS.project]: "shop", "app.token": PLANTED.label },
    HostConfig: { NetworkMode: "none" },
  });
  await engine.containers.start("shop-web-r2-1");
  engine.say("shop-web-r2-1", `signed with ${PLANTED.variable}, asked for ${PLANTED.sealed}`);
};

test.each([
  ["with the engine", true],
  ["with the engine away", false],
])("planted secrets are in no part of it: variables, labels, logs, the journal's own words, %s", async (_, isUp) => {
  await plant();
  if (!isUp)
    for (const method of ["system.info", "containers.list"] as const) engine.fail(method, new SeaworthyError("ENGINE_UNREACHABLE", "away"));
  const text = JSON.stringify(await look());
  for (const [where, secret] of Object.entries(PLANTED)) expect(text.includes(secret), where).toBe(false);
  expect(text).toContain("connecting with [redacted]");
  expect(text).toContain("and the key [redacted]");
  if (isUp) expect(text).toContain("signed with [redacted], asked for [redacted]");
});

test("without an engine, a project or a state folder it gives what is left, each with its reason", async () => {
  const refuse = new SeaworthyError("PERMISSION_DENIED", "not permitted to talk to the engine", { hint: "Join the group." });
  engine.fail("system.info", refuse);
  const problems = [{ what: "there is no compose file here", advice: "Go there.", code: "INPUT_NOT_FOUND" as const }];
  const locked = { address: "unix:///s", socket: { path: "/s", exists: true, mode: "660", uid: 0, gid: 998, permitted: false } };
  const diagnosis = await diagnose({ engine, clock, socket: locked, versions: { node: "24" }, problems });
  expect(diagnosis.ailments).toEqual([
    { what: "not permitted to talk to the engine", advice: "Join the group.", code: "PERMISSION_DENIED" },
    { what: "this user may not open /s (mode 660, user 0, group 998)", advice: "Run as root, or join the socket's group (998)." },
    problems[0],
  ]);
  expect(diagnosis).toMatchObject({ versions: { node: "24" }, socket: locked, history: [], journal: [], containers: [] });
  expect(diagnosis).not.toHaveProperty("proxy");
});

test("a journal that cannot be read is said, and the rest is told", async () => {
  const broken: Journal = {
    ...journal,
    releases: () => {
      throw new SeaworthyError("STATE_NEEDS_PERSON", "the journal cannot be read: entry 3 is not what was written");
    },
  };
  const diagnosis = await diagnose({
    engine,
    proxy,
    state,
    journal: broken,
    clock,
    project: "shop",
    status: async () => well,
    socket,
    versions: {},
  });
  expect(diagnosis.ailments.filter(({ code }) => code === "STATE_NEEDS_PERSON")).toHaveLength(1);
  expect(diagnosis.containers).toHaveLength(1);
  expect(Object.keys(diagnosis.state?.parts ?? {})).toContain("journal.sqlite");
});
