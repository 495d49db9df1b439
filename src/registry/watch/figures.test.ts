import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MEDIA } from "../../image/index.ts";
import { openControl } from "../control/client.ts";
import { scriptedUpstream } from "../mirror/scripted-upstream.fixture.ts";
import { seed, smallManifest, startTestRegistry, type TestRegistry } from "../registry.fixture.ts";
import { COUNTERS, DURATIONS, GAUGES } from "./catalogue.ts";

/** Each series with its value. */
const figuresOf = async (registry: TestRegistry): Promise<ReadonlyMap<string, number>> => {
  const answer = await fetch(`http://${registry.running.figuresAddress}/metrics`);
  const lines = (await answer.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  for (const line of lines) expect(line).toMatch(/^[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\.)*",?)+\})? -?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/);
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
};

const startWatched = (options: Parameters<typeof startTestRegistry>[0] = {}): Promise<TestRegistry> =>
  startTestRegistry({ figuresListen: { host: "127.0.0.1", port: 0 }, ...options });

test("upkeep by command: runs, what they did, how long, when last; dry runs are none", async () => {
  await using registry = await startWatched();
  await seed(registry, "team/app");
  await registry.client.pushManifest(registry.at("team/app:1"), smallManifest("a").bytes, MEDIA.ociManifest);
  await using control = await openControl(registry.folder);
  await control.ask("collect", { dryRun: true });
  await control.ask("retain", { dryRun: true });
  const before = await figuresOf(registry);
  expect([...before.keys()].filter((name) => /upkeep_(?:runs|seconds|last_seconds)|held/.test(name))).toEqual([]);
  expect(before.get('seaworthy_registry_upkeep_last_done_timestamp_seconds{job="gc"}')).toBe(0);
  const begun = Date.now() / 1000;
  await control.ask("collect", { dryRun: false });
  await control.ask("scrub", {});
  await control.ask("retain", {});
  const after = await figuresOf(registry);
  for (const job of ["gc", "scrub", "retain"]) {
    expect(after.get(`seaworthy_registry_upkeep_runs_total{job="${job}",result="done"}`)).toBe(1);
    expect(after.get(`seaworthy_registry_upkeep_last_done_timestamp_seconds{job="${job}"}`)).toBeGreaterThanOrEqual(Math.floor(begun));
    expect(after.get(`seaworthy_registry_upkeep_last_seconds{job="${job}"}`)).toBeGreaterThan(0);
  }
  expect(after.get("seaworthy_registry_gc_held_manifests")).toBe(1);
  expect(after.get("seaworthy_registry_scrub_blobs_total")).toBe(1);
  expect(after.get("seaworthy_registry_scrub_read_bytes_total")).toBe(2);
  expect(after.get('seaworthy_registry_scrub_damaged_total{kind="blob"}')).toBe(0);
});

test("a mirror: fetched, joined, hit, refused; what upstream was asked, and bytes", async () => {
  const { bytes, digest } = smallManifest("a");
  let isDown = false;
  await using upstream = await scriptedUpstream((request, response) => {
    if (isDown) return void response.writeHead(500).end();
    if (request.url?.includes("/manifests/1") === true || request.url?.includes(digest) === true)
      return void response.writeHead(200, { "content-type": MEDIA.ociManifest, "ratelimit-remaining": "76;w=21600" }).end(bytes);
    if (request.url?.includes("/blobs/") === true) return void response.writeHead(200, { "content-length": 2 }).end("{}");
    return void response.writeHead(404).end();
  });
  await using registry = await startWatched({ mirrors: [{ upstream: upstream.host, name: "up", freshForMs: 0 }] });
  const get = async (path: string): Promise<number> => (await registry.raw("GET", `/v2/mirror/up/team/app/${path}`)).status;
  const empty = "blobs/sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
  expect([await get("manifests/1"), await get(`manifests/${digest}`), await get("manifests/2")]).toEqual([200, 200, 404]);
  expect([await get(empty), await get(empty)]).toEqual([200, 200]);
  isDown = true;
  expect([await get("manifests/1"), await get("manifests/1"), await get("manifests/3")]).toEqual([200, 200, 503]);
  const figures = await figuresOf(registry);
  const of = (name: string, labels: string): number | undefined =>
    figures.get(`seaworthy_registry_mirror_${name}{upstream="${upstream.host}"${labels}}`);
  expect(["fetched", "hit", "stale", "refused"].map((result) => of("requests_total", `,kind="manifest",result="${result}"`))).toEqual([
    1, 1, 2, 2,
  ]);
  expect(["fetched", "hit"].map((result) => of("requests_total", `,kind="blob",result="${result}"`))).toEqual([1, 1]);
  expect(["found", "missing"].map((result) => of("upstream_requests_total", `,method="GET",result="${result}"`))).toEqual([2, 1]);
  expect(of("upstream_requests_total", ',method="HEAD",result="away"')).toBe(1);
  expect(of("upstream_requests_total", ',method="HEAD",result="waited"')).toBe(1);
  expect([of("fetched_bytes_total", ""), of("left_alone", ""), of("ratelimit_remaining", "")]).toEqual([2, 1, 76]);
  expect(figures.get("seaworthy_registry_mirror_open_fetches")).toBe(0);
});

test("the guide lists each of them, with its labels", () => {
  const guide = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "guide", "registry.md"), "utf8");
  const listed = [...guide.matchAll(/^\| `([a-z_]+)` \| (?:counter|gauge|histogram) \| ([^|]*) \|/gm)].map(([, name, labels = ""]) => [
    name,
    [...labels.matchAll(/`([a-z]+)`/g)].map(([, label]) => label),
  ]);
  const exposed = [...Object.entries(COUNTERS), [DURATIONS, { labels: ["route", "method"] }] as const, ...Object.entries(GAUGES)];
  expect(listed).toEqual(exposed.map(([name, { labels }]) => [name, [...labels]]));
});
