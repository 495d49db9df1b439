import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type Clock, fakeClock, silentProgress } from "../../core/index.ts";
import { readManifest } from "../database/manifest.ts";
import { openMatcher } from "../match.ts";
import { etagOf, type FileServer, fileServer, record, serve, zipOf } from "./server.fixture.ts";
import { updateDatabase, type Updated, type UpdateOptions } from "./update.ts";

const FIRST = "2026-11-01T00:00:00Z";
const SECOND = "2026-11-02T00:00:00Z";
const A = record("GHSA-1", "npm", "left", "1.2.0", FIRST);
const B = record("GHSA-2", "npm", "right", "2.0.0", FIRST);

let folder: string;
let server: FileServer;
let clock: Clock;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-update-"));
  server = await fileServer();
  clock = fakeClock(Date.UTC(2026, 10, 21));
  server.files.set("npm/all.zip", zipOf({ "GHSA-1.json": A, "GHSA-2.json": B }));
  server.files.set("npm/modified_id.csv", `${FIRST},GHSA-1\n${FIRST},GHSA-2\n`);
  return async () => {
    rmSync(folder, { recursive: true, force: true });
    await server[Symbol.asyncDispose]();
  };
});

const update = (changes: Partial<UpdateOptions> = {}): Promise<Updated> =>
  updateDatabase(folder, {
    families: ["npm"],
    mirrors: [server.url],
    lists: {},
    env: {},
    progress: silentProgress,
    clock,
    idleTimeoutMs: 1000,
    ...changes,
  });

const states = ({ sources }: Updated): readonly (readonly [string, string, number | undefined])[] =>
  sources.map(({ source, state, records }) => [source, state, records]);

const fixOf = (name: string, ecosystem = "npm"): string | undefined => {
  using matcher = openMatcher(folder);
  return matcher.match({ ecosystem, name, version: "1.0.0" })?.[0]?.fixed;
};

/** The server now has a newer form of one record, and another was taken back. */
const changed = (): void => {
  const newer = record("GHSA-1", "npm", "left", "1.5.0", SECOND);
  const gone = record("GHSA-2", "npm", "right", "2.0.0", SECOND, { withdrawn: SECOND });
  server.files.set("npm/all.zip", zipOf({ "GHSA-1.json": newer, "GHSA-2.json": gone }));
  server.files.set("npm/GHSA-1.json", newer);
  server.files.set("npm/GHSA-2.json", gone);
  server.files.set("npm/modified_id.csv", `${SECOND},GHSA-1\n${SECOND},GHSA-2\n2026-10-31T00:00:00Z,GHSA-9\n`);
};

describe("an update", () => {
  test("takes the whole file first, then only what changed, and forgets what was withdrawn", async () => {
    expect(states(await update())).toEqual([["npm", "replaced", 2]]);
    expect([fixOf("left"), fixOf("right")]).toEqual(["1.2.0", "2.0.0"]);
    await clock.sleep(60_000);
    expect(states(await update())).toEqual([["npm", "current", 0]]);
    changed();
    server.heard.length = 0;
    const { manifest } = await update();
    expect([fixOf("left"), fixOf("right")]).toEqual(["1.5.0", undefined]);
    expect(server.heard).not.toContain("npm/all.zip");
    expect(manifest?.sources["npm"]).toMatchObject({ from: `${server.url.href}npm/all.zip`, asOf: clock.now(), fetchedAt: clock.now() });
    expect(manifest?.shards["npm"]).toMatchObject({ advisories: 1, newest: SECOND });
  });
  test("is told beforehand by a dry run, which changes nothing", async () => {
    expect(states(await update({ dryRun: true }))).toEqual([["npm", "replaced", undefined]]);
    expect(readManifest(folder)).toBeUndefined();
    await update();
    changed();
    expect(states(await update({ dryRun: true }))).toEqual([["npm", "changed", 2]]);
    expect(fixOf("left")).toBe("1.2.0");
  });
  test("takes the whole file again where a changed record is not to be had, or asked to", async () => {
    await update();
    changed();
    server.files.delete("npm/GHSA-1.json");
    expect(states(await update())).toEqual([["npm", "replaced", 2]]);
    expect(states(await update({ full: true }))).toEqual([["npm", "replaced", 2]]);
  });
  test("without a list of changes the file is asked for by its etag", async () => {
    server.files.delete("npm/modified_id.csv");
    await update();
    expect(states(await update())).toEqual([["npm", "current", undefined]]);
    changed();
    server.files.delete("npm/modified_id.csv");
    expect(states(await update())).toEqual([["npm", "replaced", 2]]);
  });
  test("leaves other ecosystems as they are, and says what nobody has", async () => {
    await update();
    server.files.set("PyPI/all.zip", zipOf({ "PYSEC-1.json": record("PYSEC-1", "PyPI", "six", "2.0", FIRST) }));
    const { sources, manifest } = await update({ families: ["PyPI", "Hex"] });
    expect(sources.map(({ source, state }) => [source, state])).toEqual([
      ["PyPI", "replaced"],
      ["Hex", "missing"],
    ]);
    expect(Object.keys(manifest?.shards ?? {})).toEqual(["PyPI", "npm"]);
  });
  test("goes by what the folder has where no ecosystem is named", async () => {
    await update();
    expect(states(await update({ families: undefined }))).toEqual([["npm", "current", 0]]);
  });
  test("readers of the edition before go on, also with files that they have not opened yet", async () => {
    await update();
    const manifest = readManifest(folder);
    changed();
    await update();
    using late = openMatcher(folder, manifest);
    expect(late.match({ ecosystem: "npm", name: "left", version: "1.0.0" })?.[0]?.fixed).toBe("1.2.0");
  });
});

describe("a server that is not well", () => {
  const other = async (): Promise<FileServer> => {
    const second = await fileServer();
    for (const [path, file] of server.files) second.files.set(path, file);
    onTestFinished(() => second[Symbol.asyncDispose]());
    return second;
  };
  const zip = (fault: Parameters<FileServer["faults"]["set"]>[1]): void => void server.faults.set("npm/all.zip", fault);

  test.each([
    ["is busy", 429, { "retry-after": "3600" }],
    ["is broken", 500, {}],
    ["is being mended", 503, { "retry-after": "Wed, 21 Oct 2099 07:28:00 GMT" }],
    ["lets nobody in", 403, {}],
  ])("%s: the next mirror is asked", async (_what, status, headers) => {
    zip((_request, response) => {
      response.writeHead(status, headers).end("no");
      return true;
    });
    const second = await other();
    expect(states(await update({ mirrors: [server.url, second.url] }))).toEqual([["npm", "replaced", 2]]);
    expect(server.heard.filter((path) => path === "npm/all.zip")).toHaveLength(1);
    expect(second.heard).toContain("npm/all.zip");
  });
  test("asks for a little patience: it is waited for, and asked again", async () => {
    let asked = 0;
    zip((_request, response) => {
      if ((asked += 1) > 1) return false;
      response.writeHead(429, { "retry-after": "20" }).end();
      return true;
    });
    const before = clock.now();
    expect(states(await update())).toEqual([["npm", "replaced", 2]]);
    expect(clock.now() - before).toBeGreaterThanOrEqual(20_000 - 1000);
  });
  test("asks for too much of it: what was there stays, and it is said", async () => {
    await update();
    server.files.delete("npm/modified_id.csv");
    zip((_request, response) => {
      response.writeHead(429, { "retry-after": "9000" }).end();
      return true;
    });
    const { sources } = await update();
    expect(sources).toMatchObject([{ source: "npm", state: "failed", notes: [expect.any(String), expect.stringContaining("429")] }]);
    expect(fixOf("left")).toBe("1.2.0");
  });
  test("says nothing any more in the middle: the next mirror is asked", async () => {
    zip((_request, response, body) => {
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, 40));
      return true;
    });
    const second = await other();
    expect(states(await update({ mirrors: [server.url, second.url], idleTimeoutMs: 300 }))).toEqual([["npm", "replaced", 2]]);
  });
  test("breaks off: it is gone on with where it stopped", async () => {
    let asked = 0;
    zip((request, response, body) => {
      if ((asked += 1) > 1) return false;
      response.writeHead(200, { "content-length": body.length, etag: etagOf(body) });
      response.write(body.subarray(0, 100), () => setTimeout(() => response.destroy(), 50));
      return request.method === "GET";
    });
    expect(states(await update())).toEqual([["npm", "replaced", 2]]);
    expect(server.heard.filter((path) => path.startsWith("npm/all.zip"))).toEqual(["npm/all.zip", "npm/all.zip bytes=100-"]);
  });
  test("another process goes on where one was killed", async () => {
    const body = Buffer.from(server.files.get("npm/all.zip") ?? "");
    zip((_request, response) => {
      response.writeHead(200, { "content-length": body.length, etag: etagOf(body) });
      response.write(body.subarray(0, 100));
      return true;
    });
    const stop = new AbortController();
    const killed = update({ signal: stop.signal, idleTimeoutMs: 60_000 });
    const downloads = join(folder, ".downloads");
    await expect
      .poll(
        () =>
          existsSync(downloads) &&
          readdirSync(downloads).some((name) => !name.endsWith(".json") && readFileSync(join(downloads, name)).length === 100),
      )
      .toBe(true);
    stop.abort();
    await expect(killed).rejects.toThrow();
    expect(readManifest(folder)).toBeUndefined();
    server.faults.clear();
    expect(states(await update())).toEqual([["npm", "replaced", 2]]);
    expect(server.heard.at(-1)).toBe("npm/all.zip bytes=100-");
    expect(readdirSync(downloads)).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.startsWith(".making"))).toEqual([]);
  });
  test("has another file by the time it is gone on with: it begins anew", async () => {
    let asked = 0;
    zip((_request, response, body) => {
      if ((asked += 1) > 1) return false;
      response.writeHead(200, { "content-length": body.length, etag: etagOf(body) });
      response.write(body.subarray(0, 100), () =>
        setTimeout(() => {
          changed();
          response.destroy();
        }, 50),
      );
      return true;
    });
    await update();
    expect(fixOf("left")).toBe("1.5.0");
  });
  test("sends the rest of another file without saying so: its digest tells", async () => {
    let asked = 0;
    zip((request, response, body) => {
      asked += 1;
      if (asked === 1) {
        response.writeHead(200, {
          "content-length": body.length,
          etag: etagOf(body),
          "x-goog-hash": `md5=${Buffer.from(etagOf(body).slice(1, -1), "hex").toString("base64")}`,
        });
        response.write(body.subarray(0, 100), () => setTimeout(() => response.destroy(), 50));
        return true;
      }
      if (asked > 2) return serve(request, response, body);
      response.writeHead(206, { "content-range": `bytes 100-${body.length - 1}/${body.length}` });
      response.end(Buffer.alloc(body.length - 100));
      return true;
    });
    expect(states(await update())).toEqual([["npm", "replaced", 2]]);
    expect(asked).toBe(3);
  });
  test.each([
    ["another digest than its bytes", { "x-goog-hash": "crc32c=AAAAAA==,md5=AAAAAAAAAAAAAAAAAAAAAA==" }, "md5"],
    ["another digest, as RFC 9530 writes it", { "repr-digest": `sha-256=:${Buffer.alloc(32).toString("base64")}:` }, "sha256"],
  ])("states %s: nothing of it is taken", async (_what, headers, algorithm) => {
    await update();
    zip((_request, response, body) => {
      response.writeHead(200, { ...headers, "content-length": body.length }).end(body);
      return true;
    });
    const { sources } = await update({ full: true });
    expect(sources[0]?.state).toBe("failed");
    expect(sources[0]?.notes?.join()).toContain(`is not what its ${algorithm} says`);
    expect(fixOf("left")).toBe("1.2.0");
  });
  test("has a digest beside the file that is another's", async () => {
    zip((_request, response, body) => {
      response.writeHead(200, { "content-length": body.length }).end(body);
      return true;
    });
    server.files.set("npm/all.zip.sha256", `${"0".repeat(64)}  all.zip\n`);
    expect((await update()).sources[0]).toMatchObject({ state: "failed" });
    server.files.set("npm/all.zip.sha256", "<html>not found</html>");
    expect((await update()).sources[0]).toMatchObject({ state: "replaced" });
  });
  test.each([
    ["half of the archive", (body: Buffer) => body.subarray(0, body.length / 2)],
    ["a page", () => Buffer.from("<html>")],
    ["an empty archive", () => zipOf({})],
    ["an archive of something else", () => zipOf({ "a.json": "{}", "b.json": "[]" })],
    ["an archive with a damaged entry", (body: Buffer) => Buffer.from(body).fill(0, 60, 70)],
    ["a bomb", () => zipOf({ "a.json": " ".repeat(17 * 1024 * 1024) })],
    ["a small bomb", () => zipOf({ "a.json": " ".repeat(8 * 1024 * 1024) })],
  ])("sends %s: what was there stays", async (_what, made) => {
    await update();
    server.files.set("npm/all.zip", made(Buffer.from(server.files.get("npm/all.zip") ?? "")));
    expect((await update({ full: true })).sources[0]).toMatchObject({ source: "npm", state: "failed" });
    expect(fixOf("left")).toBe("1.2.0");
  });
  test("sends a list of changes that is none: the whole file is taken", async () => {
    await update();
    changed();
    for (const list of ["<html>", `${SECOND},../../etc/passwd\n`, `${SECOND},\n`, "x".repeat(100_000)]) {
      server.files.set("npm/modified_id.csv", list);
      expect(states(await update({ full: false }))[0]?.[1]).not.toBe("failed");
    }
    expect(fixOf("left")).toBe("1.5.0");
  });
  test("is not there at all", async () => {
    const gone = await fileServer();
    await gone[Symbol.asyncDispose]();
    expect((await update({ mirrors: [gone.url] })).sources[0]).toMatchObject({ state: "failed" });
    expect(states(await update({ mirrors: [gone.url, server.url] }))).toEqual([["npm", "replaced", 2]]);
  });
});

describe("the lists", () => {
  test("are taken with the day that their publishers give them; one that is none leaves the one before", async () => {
    const kev = { dateReleased: "2026-11-20T12:00:00Z", vulnerabilities: [{ cveID: "CVE-2026-0001", dateAdded: "2026-11-19" }] };
    server.files.set("kev.json", JSON.stringify(kev));
    const scores =
      "#model_version:v2026.01.01,score_date:2026-11-20T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.9441,0.99912\nCVE-2026-0002,1e-05,0\n";
    server.files.set("epss.csv.gz", gzipSync(scores));
    const ended = {
      generated_at: "2026-11-20T00:00:00+00:00",
      result: [{ name: "debian", releases: [{ name: "9", isEol: true, eolFrom: "2020-07-06" }] }],
    };
    server.files.set("eol.json", JSON.stringify(ended));
    const at = (path: string): URL => new URL(path, server.url);
    const lists = { exploited: at("kev.json"), epss: at("epss.csv.gz"), endoflife: at("eol.json") };
    const { sources, manifest } = await update({ lists });
    expect(sources.map(({ source, state, records }) => [source, state, records])).toEqual([
      ["npm", "replaced", 2],
      ["exploited", "replaced", 1],
      ["epss", "replaced", 2],
      ["endoflife", "replaced", 1],
    ]);
    expect(manifest?.sources["epss"]?.asOf).toBe(Date.UTC(2026, 10, 20));
    using matcher = openMatcher(folder);
    expect(matcher.match({ ecosystem: "npm", name: "left", version: "1.0.0" })?.[0]).toMatchObject({
      exploited: true,
      kev: { added: "2026-11-19" },
      epss: { probability: 0.9441, percentile: 0.99912 },
    });
    for (const path of ["kev.json", "epss.csv.gz", "eol.json"])
      server.files.set(path, path.endsWith("gz") ? gzipSync("cve,epss\n1,2\n") : "{}");
    const again = await update({ lists });
    expect(again.sources.map(({ state }) => state)).toEqual(["current", "failed", "failed", "failed"]);
    expect(again.manifest?.epss).toEqual(manifest?.epss);
  });
});

test("a database of another form is replaced, with the sources that it had", async () => {
  const older = { schema: "seaworthy/advisories@2", builtAt: 1, shards: {}, sources: { npm: {}, epss: {}, "no ecosystem": {} } };
  writeFileSync(join(folder, "advisories.json"), JSON.stringify(older));
  expect(() => readManifest(folder)).toThrow(
    expect.objectContaining({ code: "INPUT_INVALID", hint: expect.stringContaining("seaworthy db update") }),
  );
  const updated = await update({ families: undefined });
  expect(states(updated)).toEqual([["npm", "replaced", 2]]);
  expect(Object.keys(updated.manifest?.sources ?? {})).toEqual(["npm"]);
});
