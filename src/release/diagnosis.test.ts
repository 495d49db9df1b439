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
import { manifestOf, webService } from "./test-data/manifests.ts";

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
  diagnose({ engine, proxy, state, journal, clock, project: "shop", status });
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
