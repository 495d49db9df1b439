import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { fakeClock } from "../core/index.ts";
import { type Entry, type Journal, openJournal } from "./journal.ts";
import { manifestDigest } from "./manifest.ts";
import { manifestOf, webService } from "./test-data/manifests.ts";

const root = mkdtempSync(join(tmpdir(), "sw-journal-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(root, "j-"));
});
const path = (): string => join(folder, "journal.sqlite");
const open = (): Journal => openJournal(folder, fakeClock(Date.UTC(2026, 0, 1)));

const manifest = manifestOf("1.0.0", [webService("1")]);
const release = (number: number): Entry => ({
  kind: "release",
  manifest,
  digest: manifestDigest(manifest),
  who: "ann@here",
  why: "",
  evidence: [],
  plan: { schema: "seaworthy/plan@1", project: "shop", release: number, manifest: manifestDigest(manifest), summary: [], steps: [] },
});
const write = (journal: Journal, count = 6): void => {
  journal.append("shop", 1, release(1));
  for (let step = 1; step < count; step += 1) journal.append("shop", 1, { kind: "intent", step: `step/${step}` });
};
/** With SQLite directly, past everything of ours but the triggers. */
const edit = (...statements: readonly string[]): void => {
  const database = new DatabaseSync(path());
  try {
    for (const statement of statements) database.exec(statement);
  } finally {
    database.close();
  }
};
const refused = (work: () => unknown) => expect(work).toThrow(/append-only/);

test("several entries are written together, or none of them", () => {
  using journal = open();
  write(journal, 2);
  const done = { kind: "done", step: "step/1", result: { waitedMs: 3 } } as const;
  journal.append("shop", 1, done, { kind: "intent", step: "step/2" });
  const written = ["release", "intent", "done", "intent"];
  expect(journal.entries("shop").map(({ kind }) => kind)).toEqual(written);
  const cannotBeWritten = { kind: "done", step: "step/3", result: { count: 1n } } as const;
  expect(() => journal.append("shop", 1, { kind: "intent", step: "step/3" }, cannotBeWritten)).toThrow(/BigInt/);
  expect(journal.entries("shop").map(({ kind }) => kind)).toEqual(written);
  expect(journal.firstBroken()).toBeUndefined();
});

describe("what was written", () => {
  test("comes back in order, for the next process too", () => {
    {
      using journal = open();
      write(journal, 3);
      journal.append("blog", 1, { kind: "intent", step: "x" });
    }
    using journal = open();
    expect(journal.entries("shop").map(({ kind, position, release: number, at }) => [kind, position, number, at])).toEqual([
      ["release", 1, 1, Date.UTC(2026, 0, 1)],
      ["intent", 2, 1, Date.UTC(2026, 0, 1)],
      ["intent", 3, 1, Date.UTC(2026, 0, 1)],
    ]);
    expect(journal.entries("blog", 2)).toEqual([]);
    expect([journal.projects(), journal.nextRelease("shop"), journal.nextRelease("new")]).toEqual([["blog", "shop"], 2, 1]);
    expect([journal.numbers("shop"), journal.numbers("new"), journal.newest("shop")?.release, journal.newest("new")]).toEqual([
      journal.releases("shop").map(({ release }) => release),
      [],
      1,
      undefined,
    ]);
    expect(journal.releases("shop")[0]).toMatchObject({ manifest, who: "ann@here" });
    expect(journal.firstBroken()).toBeUndefined();
  });

  test("is for its owner alone", () => {
    using journal = open();
    write(journal);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  test("of an empty journal is nothing, and the chain holds", () => {
    using journal = open();
    expect([journal.projects(), journal.releases("shop"), journal.firstBroken()]).toEqual([[], [], undefined]);
  });
});

describe("it is append-only", () => {
  test("for whoever opens it with SQLite", () => {
    using journal = open();
    write(journal);
    refused(() => edit("UPDATE entries SET body = '{}' WHERE position = 2"));
    refused(() => edit("DELETE FROM entries WHERE position = 6"));
    refused(() => edit("DELETE FROM entries"));
    refused(() => edit("INSERT OR REPLACE INTO entries SELECT 2, project, release, kind, at, '{}', hash FROM entries WHERE position = 2"));
    refused(() => edit("INSERT INTO entries SELECT 0, project, release, kind, at, body, hash FROM entries WHERE position = 2"));
    refused(() => edit("UPDATE head SET position = 3"));
    refused(() => edit("DELETE FROM head"));
    expect(journal.entries("shop")).toHaveLength(6);
    expect(journal.firstBroken()).toBeUndefined();
  });

  test.each([
    ["a changed body", 3, "UPDATE entries SET body = replace(body, 'step/2', 'step/9') WHERE position = 3"],
    ["another time", 2, "UPDATE entries SET at = at + 1 WHERE position = 2"],
    ["another project", 4, "UPDATE entries SET project = 'blog' WHERE position = 4"],
    ["another release", 4, "UPDATE entries SET release = 2 WHERE position = 4"],
    ["another hash", 4, "UPDATE entries SET hash = 'x' WHERE position = 4"],
    ["an entry taken out", 3, "DELETE FROM entries WHERE position = 3"],
    [
      "two that changed places",
      3,
      "UPDATE entries SET position = 100 WHERE position = 3; UPDATE entries SET position = 3 WHERE position = 4; UPDATE entries SET position = 4 WHERE position = 100",
    ],
    ["an entry put in behind", 7, "INSERT INTO entries SELECT 7, project, release, kind, at, body, hash FROM entries WHERE position = 6"],
    ["the last one taken away", 6, "DELETE FROM entries WHERE position = 6"],
    ["the end taken away", 3, "DELETE FROM entries WHERE position >= 3"],
    ["everything taken away", 1, "DELETE FROM entries"],
  ])("%s shows, even where the triggers were dropped first", (_, position, statement) => {
    using journal = open();
    write(journal);
    edit("DROP TRIGGER no_update; DROP TRIGGER no_delete; DROP TRIGGER no_rewrite", statement);
    expect(journal.firstBroken()).toBe(position);
  });

  test("an end that was taken away still shows after more was written", () => {
    using journal = open();
    write(journal);
    edit("DROP TRIGGER no_delete", "DELETE FROM entries WHERE position >= 5");
    for (let step = 0; step < 10; step += 1) journal.append("shop", 1, { kind: "intent", step: `later/${step}` });
    expect(journal.firstBroken()).toBe(6);
  });

  test("a journal from before its head was kept gets one with the next entry", () => {
    {
      using journal = open();
      write(journal, 3);
    }
    edit("DROP TABLE head");
    using journal = open();
    expect(journal.firstBroken()).toBeUndefined();
    journal.append("shop", 1, { kind: "intent", step: "x" });
    expect(journal.firstBroken()).toBeUndefined();
    edit("DROP TRIGGER no_delete", "DELETE FROM entries WHERE position = 4");
    expect(journal.firstBroken()).toBe(4);
  });
});

describe("two processes", () => {
  const writer = (count: number, at: number) => {
    const script = `
      import { openJournal } from ${JSON.stringify(new URL("journal.ts", import.meta.url).href)};
      while (Date.now() < ${at});
      const journal = openJournal(${JSON.stringify(folder)});
      for (let step = 0; step < ${count}; step += 1) journal.append("shop", 1, { kind: "intent", step: process.pid + "/" + step });`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "ignore", "pipe"] });
    const words = Array.fromAsync(child.stderr.setEncoding("utf8")).then((all) => all.join(""));
    return { child, words };
  };

  test("that open it first at once and write at once lose nothing, and the chain holds", async () => {
    const at = Date.now() + 600;
    const writers = Array.from({ length: 4 }, () => writer(50, at));
    expect(await Promise.all(writers.map(({ words }) => words))).toEqual(["", "", "", ""]);
    using journal = open();
    const entries = journal.entries("shop");
    expect(entries.map(({ position }) => position)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    for (const { child } of writers)
      expect(entries.flatMap((one) => (one.kind === "intent" && one.step.startsWith(`${child.pid}/`) ? [one.step] : []))).toEqual(
        Array.from({ length: 50 }, (_, step) => `${child.pid}/${step}`),
      );
    expect(journal.firstBroken()).toBeUndefined();
  });

  test("one of which is killed in the middle: what it wrote is whole, and the other goes on", async () => {
    const { child, words } = writer(100_000, 0);
    using journal = open();
    while (journal.entries("shop").length < 20) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGKILL");
    await words;
    journal.append("shop", 1, { kind: "intent", step: "after" });
    expect(journal.firstBroken()).toBeUndefined();
    expect(journal.entries("shop").at(-1)).toMatchObject({ step: "after" });
  });
});

describe("a file that is no journal", () => {
  test.each([
    [
      "text",
      (): void => writeFileSync(path(), "these are somebody's notes, and long enough not to be taken for an empty file ".repeat(20)),
    ],
    [
      "a journal whose middle was overwritten",
      (): void => {
        {
          using journal = open();
          for (let step = 0; step < 200; step += 1) journal.append("shop", 1, { kind: "intent", step: `${step} ${"x".repeat(200)}` });
        }
        edit("PRAGMA wal_checkpoint(TRUNCATE)");
        const noise = Buffer.alloc(statSync(path()).size - 4096, "noise");
        const { status } = spawnSync("dd", [`of=${path()}`, "bs=1", "seek=4096", "conv=notrunc"], { input: noise });
        expect(status).toBe(0);
      },
    ],
  ])("%s needs a person, with the file's name and what to do", (_, damage) => {
    damage();
    expect(() => {
      using journal = open();
      journal.entries("shop");
    }).toThrow(
      expect.objectContaining({
        code: "STATE_NEEDS_PERSON",
        exit: 4,
        message: expect.stringContaining(path()),
        hint: expect.stringContaining("backup"),
      }),
    );
  });

  test("an entry that is no JSON any more needs a person, and is no bug of ours", () => {
    using journal = open();
    write(journal);
    edit("DROP TRIGGER no_update", "UPDATE entries SET body = '{' WHERE position = 2");
    expect(() => journal.entries("shop")).toThrow(
      expect.objectContaining({ code: "STATE_NEEDS_PERSON", message: expect.stringContaining("entry 2") }),
    );
    expect(journal.firstBroken()).toBe(2);
  });

  test("a folder that is not there, or may not be written", () => {
    expect(() => openJournal(join(folder, "none"))).toThrow(expect.objectContaining({ code: "PERMISSION_DENIED" }));
  });
});

test("a writer that another process keeps waiting says so", () => {
  using journal = open();
  write(journal);
  const other = new DatabaseSync(path());
  other.exec("BEGIN IMMEDIATE");
  try {
    const begun = performance.now();
    expect(() => journal.append("shop", 1, { kind: "intent", step: "x" })).toThrow(expect.objectContaining({ code: "LOCKED", exit: 6 }));
    expect(performance.now() - begun).toBeGreaterThan(5000);
  } finally {
    other.exec("ROLLBACK");
    other.close();
  }
  journal.append("shop", 1, { kind: "intent", step: "x" });
  expect(journal.firstBroken()).toBeUndefined();
}, 30_000);

const mountpoint = join(root, "tiny");
const mounted =
  process.getuid?.() === 0 &&
  (mkdirSync(mountpoint), spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "sw-journal-test", mountpoint]).status === 0);

test.runIf(mounted)("on a full disk an entry is written whole or not at all, and the error says which file", () => {
  try {
    folder = mountpoint;
    chmodSync(folder, 0o700);
    using journal = open();
    let written = 0;
    const fill = (): void => {
      for (; written < 1000; written += 1) journal.append("shop", 1, { kind: "intent", step: "x".repeat(4000) });
    };
    expect(fill).toThrow(
      expect.objectContaining({
        code: "DISK_FULL",
        exit: 8,
        message: expect.stringContaining(path()),
        hint: expect.stringContaining("--resume"),
      }),
    );
    expect(written).toBeGreaterThan(0);
    expect(journal.entries("shop")).toHaveLength(written);
    expect(journal.firstBroken()).toBeUndefined();
  } finally {
    spawnSync("umount", [mountpoint]);
  }
});
