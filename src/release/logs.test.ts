import { beforeEach, expect, test } from "vitest";
import { fakeClock } from "../core/index.ts";
import { createFakeEngine, type FakeEngine, fakeImage } from "../engine/index.ts";
import { LABELS } from "./live.ts";
import { type LogLine, type LogsOptions, releaseLogs } from "./logs.ts";

const clock = fakeClock(Date.UTC(2026, 0, 1));
let engine: FakeEngine;

const start = async (service: string, release: number, replica: number, project = "shop"): Promise<string> => {
  const name = `${project}-${service}-r${release}-${replica}`;
  await engine.containers.create(name, {
    Image: "app",
    Labels: { [LABELS.project]: project, [LABELS.service]: service, [LABELS.release]: String(release), [LABELS.replica]: String(replica) },
    HostConfig: { NetworkMode: "none" },
  });
  await engine.containers.start(name);
  return name;
};

const say = async (container: string, line: string): Promise<void> => {
  await clock.sleep(1000);
  engine.say(container, line);
};

const read = async (options: LogsOptions = {}): Promise<readonly LogLine[]> => Array.fromAsync(releaseLogs(engine, "shop", options));
const words = (lines: readonly LogLine[]): readonly string[] => lines.map(({ container, text }) => `${container}: ${text}`);

beforeEach(() => {
  engine = createFakeEngine({ images: { app: fakeImage() }, clock });
});

test("lines of all containers come in the order in which they were said, and another project's do not", async () => {
  const web = await start("web", 1, 1);
  const worker = await start("worker", 1, 1);
  await say(web, "one");
  await say(worker, "two");
  await say(await start("web", 1, 1, "blog"), "not ours");
  await say(web, "three");
  expect(words(await read())).toEqual(["shop-web-r1-1: one", "shop-worker-r1-1: two", "shop-web-r1-1: three"]);
  expect((await read({ services: ["worker"] }))[0]).toEqual({
    at: expect.stringMatching(/^2026-01-01T00:00:0\d\.000Z$/),
    service: "worker",
    release: 1,
    replica: 1,
    container: worker,
    text: "two",
  });
});

test("a tail is each container's; one that has ended still tells", async () => {
  const web = await start("web", 1, 1);
  const worker = await start("worker", 1, 1);
  for (const text of ["one", "two"]) for (const container of [web, worker]) await say(container, text);
  engine.exit(worker, 1);
  expect(words(await read({ tail: 1 }))).toEqual(["shop-web-r1-1: two", "shop-worker-r1-1: two"]);
});

test("a service without containers is refused by name, with those that have some", async () => {
  await start("web", 1, 1);
  await expect(read({ services: ["wbe"] })).rejects.toEqual(
    expect.objectContaining({ code: "INPUT_NOT_FOUND", message: "shop has no containers of wbe", hint: "Services with containers: web." }),
  );
});

test("following goes on with containers that start later, and ends with the signal", async () => {
  const old = await start("web", 1, 1);
  await say(old, "old");
  const abort = new AbortController();
  const seen: string[] = [];
  const wait: Record<string, () => Promise<unknown>> = {
    "shop-web-r1-1: old": async () => say(await start("web", 2, 1), "new"),
    "shop-web-r2-1: new": () => say(old, "still here"),
    "shop-web-r1-1: still here": async () => abort.abort(),
  };
  for await (const line of releaseLogs(engine, "shop", { follow: true, services: ["web"], signal: abort.signal })) {
    const text = `${line.container}: ${line.text}`;
    seen.push(text);
    void wait[text]?.();
  }
  expect(seen).toEqual(Object.keys(wait));
});
