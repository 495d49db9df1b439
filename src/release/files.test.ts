import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { isSeaworthyError, SeaworthyError, type StateFolder } from "../core/index.ts";
import { filePath, type FileSlot, placeFile, sweepFiles, versionOf } from "./files.ts";

const TMPFS = 0x01021994;
const isRoot = process.getuid?.() === 0;
const root = mkdtempSync(join(tmpdir(), "sw-secret-files-"));
/** A folder in memory, so that nothing has to be mounted. */
const memory = existsSync("/dev/shm") && statfsSync("/dev/shm").type === TMPFS ? mkdtempSync("/dev/shm/sw-secret-files-") : undefined;
afterAll(() => {
  for (const folder of [root, memory]) if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});
let number = 0;
const fresh = (run = memory ?? root): StateFolder => {
  number += 1;
  const folder = join(root, `state-${number}`);
  mkdirSync(folder);
  return { folder, runFolder: join(run, `run-${number}`), uuid: "" };
};
const slot = (state: StateFolder, content: string, changes: Partial<FileSlot> = {}): FileSlot => ({
  project: "shop",
  kind: "secret",
  key: "db_password",
  version: versionOf(state, content),
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
  mode: 0o400,
  ...changes,
});

describe("a version", () => {
  test("names a content and gives nothing of it away", () => {
    const state = fresh();
    expect(versionOf(state, "hunter22")).toMatch(/^[0-9a-f]{16}$/);
    expect(versionOf(state, "hunter22")).toBe(versionOf(state, "hunter22"));
    expect(versionOf(state, "hunter23")).not.toBe(versionOf(state, "hunter22"));
    // Keyed: who knows the journal cannot try passwords.
    expect(versionOf(fresh(), "hunter22")).not.toBe(versionOf(state, "hunter22"));
    expect(statSync(join(state.folder, "version.key")).mode & 0o777).toBe(0o600);
  });

  test("is the same for first deploys that come at once", async () => {
    const state = fresh();
    const script = `
      import { versionOf } from ${JSON.stringify(new URL("files.ts", import.meta.url).href)};
      while (Date.now() < Number(process.argv[1]));
      process.stdout.write(versionOf(${JSON.stringify(state)}, "x"));`;
    const at = String(Date.now() + 1000);
    const seen = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const child = spawn(process.execPath, ["--input-type=module", "-e", script, at], { stdio: ["ignore", "pipe", "inherit"] });
        return (await Array.fromAsync(child.stdout.setEncoding("utf8"))).join("");
      }),
    );
    expect(new Set(seen)).toEqual(new Set([versionOf(state, "x")]));
  });
});

describe.runIf(memory !== undefined)("placing a file", () => {
  test("puts it there with its mode, and a second time changes nothing", async () => {
    const state = fresh();
    const one = slot(state, "hunter22");
    await placeFile(state, one, () => "hunter22");
    const path = filePath(state, one);
    expect([readFileSync(path, "utf8"), (statSync(path).mode & 0o7777).toString(8)]).toEqual(["hunter22", "400"]);
    const { ino } = statSync(path);
    // The source is gone meanwhile: a rollback needs it no more.
    await placeFile(state, one, () => undefined);
    expect(statSync(path).ino).toBe(ino);
    expect(readdirSync(join(path, "..")).length).toBe(1);
  });

  test.runIf(isRoot)("gives it to the user that the service names", async () => {
    const state = fresh();
    const one = slot(state, "x", { uid: 65_532, gid: 65_533, mode: 0o440 });
    await placeFile(state, one, () => "x");
    expect(statSync(filePath(state, one))).toMatchObject({ uid: 65_532, gid: 65_533 });
    // What an older actor left when it died between writing and chown, or somebody's own hand.
    chownSync(filePath(state, one), 0, 0);
    chmodSync(filePath(state, one), 0o600);
    await placeFile(state, one, () => undefined);
    expect(statSync(filePath(state, one))).toMatchObject({ uid: 65_532, gid: 65_533 });
    expect(statSync(filePath(state, one)).mode & 0o777).toBe(0o440);
  });

  test("nobody else can look into the folder", async () => {
    const state = fresh();
    await placeFile(state, slot(state, "x"), () => "x");
    expect(statSync(join(state.runFolder, "files")).mode & 0o777).toBe(0o700);
  });

  test.each([
    ["another content", () => "rotated", "its source has another one now"],
    ["no content", () => undefined, "its source is not at hand"],
  ])("with %s at hand is refused, without a word of it", async (_, read, why) => {
    const state = fresh();
    const one = slot(state, "hunter22");
    const error: unknown = await placeFile(state, one, read).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({
      code: "STATE_NEEDS_PERSON",
      message: expect.stringContaining(why),
      hint: expect.stringContaining("new release"),
    });
    expect(isSeaworthyError(error) && `${error.message} ${error.hint}`).not.toMatch(/rotated\b(?! secret)|hunter22/);
    expect(existsSync(filePath(state, one))).toBe(false);
  });

  test("versions, owners and modes of one secret lie side by side", async () => {
    const state = fresh();
    const slots = [slot(state, "one"), slot(state, "two"), slot(state, "two", { mode: 0o444 }), slot(state, "two", { kind: "config" })];
    const contents = ["one", "two", "two", "two"];
    for (const [index, one] of slots.entries()) await placeFile(state, one, () => contents[index]);
    expect(new Set(slots.map((one) => readFileSync(filePath(state, one), "utf8")))).toEqual(new Set(["one", "two"]));
    expect(readdirSync(join(state.runFolder, "files/shop"))).toHaveLength(4);
  });
});

describe.runIf(memory !== undefined)("sweeping", () => {
  test("what is sealed asks no secrets manager, and a damaged vault is no matter where the source still has it", async () => {
    const state = fresh();
    const one = slot(state, "hunter22");
    await placeFile(state, one, async () => "hunter22");
    rmSync(state.runFolder, { recursive: true });
    await placeFile(state, one, () => Promise.reject(new Error("asked")));
    rmSync(state.runFolder, { recursive: true });
    const vault = join(state.folder, "vault/shop");
    for (const name of readdirSync(vault)) writeFileSync(join(vault, name), "damaged");
    await placeFile(state, one, async () => "hunter22");
    expect(readFileSync(filePath(state, one), "utf8")).toBe("hunter22");
  });
  test("a manager that does not answer is named as why a version cannot be had", async () => {
    const state = fresh();
    const refused = new SeaworthyError("SOURCE_UNREACHABLE", "the content of db comes from a command: pass ended with status 1");
    await expect(placeFile(state, slot(state, "hunter22"), () => Promise.reject(refused))).rejects.toMatchObject({
      code: "STATE_NEEDS_PERSON",
      message: expect.stringContaining("its source is not at hand (the content of db comes from a command: pass ended with status 1)"),
    });
  });
  test("removes what is not used any more, and nothing of another project", async () => {
    const state = fresh();
    const old = slot(state, "one");
    const kept = slot(state, "two");
    const others = slot(state, "one", { project: "shop-staging" });
    for (const [one, content] of [
      [old, "one"],
      [kept, "two"],
      [others, "one"],
    ] as const)
      await placeFile(state, one, () => content);
    writeFileSync(join(state.runFolder, "files/shop/.123.abc.tmp"), "half of a secret");
    // In memory and sealed, and what a killed writer left.
    expect(sweepFiles(state, "shop", [kept])).toBe(3);
    expect([old, kept, others].map((one) => existsSync(filePath(state, one)))).toEqual([false, true, true]);
    expect(sweepFiles(state, "shop", [kept])).toBe(0);
  });
  test("a project without files has none", () => {
    expect(sweepFiles(fresh(), "shop", [])).toBe(0);
  });
});

describe.runIf(isRoot)("where the run folder is on a disk", () => {
  test("a memory file system of its own is mounted, once, even by two that come at once", async () => {
    const state = fresh(root);
    const script = `
      import { placeFile, versionOf } from ${JSON.stringify(new URL("files.ts", import.meta.url).href)};
      const state = ${JSON.stringify(state)};
      while (Date.now() < Number(process.argv[1]));
      const key = "key" + process.argv[2];
      await placeFile(state, { project: "shop", kind: "secret", key, version: versionOf(state, key), uid: 0, gid: 0, mode: 0o400 }, () => key);`;
    const at = String(Date.now() + 1000);
    try {
      const ends = await Promise.all(
        ["1", "2", "3"].map(
          (name) =>
            new Promise((resolve) => {
              spawn(process.execPath, ["--input-type=module", "-e", script, at, name], { stdio: "inherit" }).once("exit", resolve);
            }),
        ),
      );
      const folder = join(state.runFolder, "files");
      expect(ends).toEqual([0, 0, 0]);
      expect(statfsSync(folder).type).toBe(TMPFS);
      expect(
        readFileSync("/proc/mounts", "utf8")
          .split("\n")
          .filter((line) => line.includes(` ${folder} `)),
      ).toHaveLength(1);
      // A second mount over the first would hide the files of whoever came first.
      expect(
        readdirSync(join(folder, "shop"))
          .map((name) => name.slice(0, 11))
          .toSorted(),
      ).toEqual(["secret-key1", "secret-key2", "secret-key3"]);
    } finally {
      spawnSync("umount", [join(state.runFolder, "files")]);
    }
  });

  test("a full one says so, and leaves no half of a secret", async () => {
    const state = fresh(root);
    const folder = join(state.runFolder, "files");
    mkdirSync(folder, { recursive: true });
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=32k", "sw-files-test", folder]).status).toBe(0);
    try {
      const content = "x".repeat(100_000);
      await expect(placeFile(state, slot(state, content), () => content)).rejects.toMatchObject({ code: "DISK_FULL", exit: 8 });
      expect(readdirSync(join(folder, "shop"))).toEqual([]);
    } finally {
      spawnSync("umount", [folder]);
    }
  });
});
