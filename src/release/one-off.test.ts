import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { fakeClock, openStateFolder, type StateFolder } from "../core/index.ts";
import { createFakeEngine, type FakeEngine, fakeImage } from "../engine/index.ts";
import { type Journal, openJournal } from "./journal.ts";
import { LABELS } from "./live.ts";
import { manifestDigest } from "./manifest.ts";
import { describeOneOff, runningReplica } from "./one-off.ts";
import { manifestOf, webService } from "./test-data/manifests.ts";

const root = mkdtempSync(join(tmpdir(), "sw-one-off-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const web = webService("1");
const manifest = manifestOf("1.0.0", [
  {
    ...web,
    spec: {
      ...web.spec,
      environment: { MODE: "production" },
      hostname: "shop",
      ports: [{ containerPort: 3000, hostPort: 3000, protocol: "tcp" }],
      networks: [{ network: "default", aliases: ["shop"], address: "10.9.0.7" }],
      restart: { policy: "always" },
    },
  },
]);
let state: StateFolder;
let journal: Journal;
let engine: FakeEngine;

beforeEach(() => {
  state = openStateFolder({ SEAWORTHY_STATE: mkdtempSync(join(root, "s-")) });
  journal = openJournal(state.folder, fakeClock(0));
  engine = createFakeEngine({ images: { app: fakeImage() } });
});

const goLive = (): void => {
  const digest = manifestDigest(manifest);
  const plan = { schema: "seaworthy/plan@1" as const, project: "shop", release: 1, manifest: digest, summary: [], steps: [] };
  journal.append("shop", 1, { kind: "release", manifest, digest, who: "ann@here", why: "", evidence: [], plan });
  journal.append("shop", 1, { kind: "finished", outcome: "live", seconds: 1 });
};

const start = async (replica: number): Promise<string> => {
  const name = `shop-web-r1-${replica}`;
  const labels = { project: "shop", service: "web", release: "1", replica: String(replica) } as const;
  await engine.containers.create(name, {
    Image: "app",
    Labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [LABELS[key as keyof typeof labels], value])),
    HostConfig: { NetworkMode: "none" },
  });
  await engine.containers.start(name);
  return name;
};

const asked = { project: "shop", service: "web", command: ["migrate.js"], tty: false } as const;

test("it has what the service has, and nothing by which traffic could reach it", () => {
  goLive();
  const { name, release, config, connect } = describeOneOff({ journal, state }, asked);
  expect([release, connect]).toEqual([1, []]);
  expect(name).toMatch(/^shop-web-run-[0-9a-f]{8}$/);
  expect(config).toMatchObject({ Cmd: ["migrate.js"], Env: ["MODE=production"], OpenStdin: true, StdinOnce: true });
  expect(config.Image).toContain(web.image.digest);
  expect(config.Hostname).toBeUndefined();
  expect(config.HostConfig).toMatchObject({ RestartPolicy: { Name: "no" } });
  expect(config.HostConfig.PortBindings ?? {}).toEqual({});
  expect(Object.values(config.NetworkingConfig?.EndpointsConfig ?? {})).toEqual([{}]);
  // Labels of containers that a release owns would make it a stray one.
  expect(config.Labels).toMatchObject({ "com.docker.compose.oneoff": "True", [LABELS.state]: state.uuid });
  expect(config.Labels).not.toHaveProperty([LABELS.project]);
});

test("nothing live, or no such service, is refused with what there is", () => {
  expect(() => describeOneOff({ journal, state }, asked)).toThrow("nothing of shop is live");
  goLive();
  expect(() => describeOneOff({ journal, state }, { ...asked, service: "wbe" })).toThrow(
    expect.objectContaining({ code: "INPUT_NOT_FOUND", hint: "Its services: web." }),
  );
});

test("a command goes to the first replica that runs, or to the one asked for", async () => {
  goLive();
  await expect(runningReplica({ engine, journal }, asked)).rejects.toThrow("web of shop does not run");
  const [first, second] = [await start(1), await start(2)];
  expect(await runningReplica({ engine, journal }, asked)).toBe(first);
  expect(await runningReplica({ engine, journal }, { ...asked, replica: 2 })).toBe(second);
  engine.exit(first, 1);
  expect(await runningReplica({ engine, journal }, asked)).toBe(second);
  await expect(runningReplica({ engine, journal }, { ...asked, replica: 1 })).rejects.toThrow("web of shop has no running replica 1");
});
