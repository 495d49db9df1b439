import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { type Clock, fakeClock, silentProgress } from "../../core/index.ts";
import { exportDatabase } from "../carry/archive.ts";
import { buildDatabase } from "../database/build.ts";
import { readManifest } from "../database/manifest.ts";
import { openMatcher } from "../match.ts";
import { type PublishedOptions, updateFromPublished } from "./published.ts";
import { type FileServer, fileServer, record } from "./server.fixture.ts";
import type { Updated } from "./update.ts";

const DAY = "2026-11-01T00:00:00Z";
let [root, theirs, ours] = ["", "", ""];
let server: FileServer;
let clock: Clock;

/** Puts a folder of advisories on the server, as any static server would have it. */
const publish = (): void => {
  server.files.clear();
  for (const name of readdirSync(theirs)) if (!name.startsWith(".")) server.files.set(`team/${name}`, readFileSync(join(theirs, name)));
};
const build = async (fixed: string): Promise<void> => {
  await buildDatabase(
    [
      { where: "a", text: record("GHSA-1", "npm", "left", fixed, DAY) },
      { where: "b", text: record("PYSEC-2", "PyPI", "six", "2.0", DAY) },
    ],
    theirs,
    { clock },
  );
  await clock.sleep(1000);
};
const update = (from = "team/", changes: Partial<PublishedOptions> = {}): Promise<Updated> =>
  updateFromPublished(ours, {
    from: [new URL(from, server.url)],
    env: {},
    progress: silentProgress,
    clock,
    idleTimeoutMs: 1000,
    ...changes,
  });
const fixOf = (): string | undefined => {
  using matcher = openMatcher(ours);
  return matcher.match({ ecosystem: "npm", name: "left", version: "1.0.0" })?.[0]?.fixed;
};

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "seaworthy-published-"));
  [theirs, ours] = [join(root, "theirs"), join(root, "ours")];
  server = await fileServer();
  clock = fakeClock(Date.UTC(2026, 10, 21));
  await build("1.2.0");
  publish();
  return async () => {
    rmSync(root, { recursive: true, force: true });
    await server[Symbol.asyncDispose]();
  };
});

test("a folder on a static server: only the files that changed are fetched the next time", async () => {
  expect((await update()).sources).toMatchObject([{ state: "changed", records: 2 }]);
  expect(fixOf()).toBe("1.2.0");
  expect((await update()).sources).toMatchObject([{ state: "current", records: 0 }]);
  await build("1.5.0");
  publish();
  expect((await update("team/advisories.json", { dryRun: true })).sources).toMatchObject([{ state: "changed", records: 1 }]);
  expect(fixOf()).toBe("1.2.0");
  server.heard.length = 0;
  await update();
  expect(fixOf()).toBe("1.5.0");
  expect(server.heard.filter((path) => path.endsWith(".sqlite"))).toEqual([expect.stringMatching(/npm-/)]);
});
test("an older one does not take the place of what is here, unless asked to", async () => {
  const old = new Map(server.files);
  await build("1.5.0");
  publish();
  await update();
  server.files.clear();
  for (const [path, file] of old) server.files.set(path, file);
  expect((await update()).sources).toMatchObject([{ state: "current", notes: [expect.stringContaining("older")] }]);
  expect(fixOf()).toBe("1.5.0");
  await update("team/", { full: true });
  expect(fixOf()).toBe("1.2.0");
});
test("a file with other bytes than the list says is not taken; another mirror has it right", async () => {
  const [shard = ""] = [...server.files.keys()].filter((path) => path.includes("npm-"));
  const good = server.files.get(shard) ?? "";
  server.files.set(shard, Buffer.from(good).fill(0, 100, 200));
  await expect(update()).rejects.toMatchObject({ code: "ADVISORIES_UNREACHABLE", problems: [expect.stringContaining("sha256")] });
  expect(readManifest(ours)).toBeUndefined();
  server.files.set(shard.replace("team/", "copy/"), good);
  const from = [new URL("team/", server.url), new URL("copy/", server.url)];
  expect((await update("team/", { from })).sources).toMatchObject([{ state: "changed" }]);
});
test("a list that names what is nowhere, and no list at all", async () => {
  const [shard = ""] = [...server.files.keys()].filter((path) => path.includes("npm-"));
  server.files.delete(shard);
  await expect(update()).rejects.toMatchObject({ code: "ADVISORIES_UNREACHABLE", message: expect.stringContaining("does not have") });
  await expect(update("nothing/")).rejects.toMatchObject({
    code: "ADVISORIES_UNREACHABLE",
    hint: expect.stringContaining("advisories.json"),
  });
  server.files.set("team/advisories.json", "<html>");
  await expect(update()).rejects.toMatchObject({ code: "ADVISORIES_UNREACHABLE" });
});
test("one file, with its digest beside it", async () => {
  const { sha256 } = await exportDatabase(theirs, join(root, "all.tar"));
  server.files.set("all.tar", readFileSync(join(root, "all.tar")));
  server.files.set("all.tar.sha256", `${sha256}  all.tar\n`);
  expect((await update("all.tar")).sources).toMatchObject([{ state: "replaced", records: 2 }]);
  expect(fixOf()).toBe("1.2.0");
  writeFileSync(join(root, "bad.tar"), "no archive");
  server.files.set("bad.tar", readFileSync(join(root, "bad.tar")));
  await expect(update("bad.tar")).rejects.toMatchObject({ code: "ADVISORIES_UNREACHABLE" });
  await expect(update("none.tar")).rejects.toMatchObject({ code: "ADVISORIES_UNREACHABLE" });
  expect(fixOf()).toBe("1.2.0");
});
test("folders and files are not mirrors of each other", async () => {
  await expect(update("", { from: [new URL("team/", server.url), new URL("all.tar", server.url)] })).rejects.toMatchObject({
    code: "USAGE",
  });
});
