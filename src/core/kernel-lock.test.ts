import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { lock, readHolder, tryLock } from "./kernel-lock.ts";

const root = mkdtempSync(join(tmpdir(), "sw-lock-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const fresh = (): string => join(mkdtempSync(join(root, "l-")), "leases/shop.web.sqlite");
const me = { who: "ann@here", what: "deploy shop 1.0.0" };

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** Another process that holds the lock until it is killed. */
const holderOf = async (path: string): Promise<ChildProcess> => {
  const script = `
    import { tryLock } from ${JSON.stringify(new URL("kernel-lock.ts", import.meta.url).href)};
    globalThis.held = tryLock(${JSON.stringify(path)}, { who: "bob@there", what: "deploy shop 2.0.0" });
    process.stdout.write(globalThis.held === undefined ? "refused" : "held");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const [word] = await once(child.stdout.setEncoding("utf8"), "data");
  expect(word).toBe("held");
  return child;
};

describe("within one process", () => {
  test("a second taker is refused until the first lets go", () => {
    const path = fresh();
    const first = tryLock(path, me);
    expect(first).toBeDefined();
    expect(tryLock(path, me)).toBeUndefined();
    expect(readHolder(path)).toMatchObject({ ...me, pid: process.pid, since: expect.any(Number) });
    first?.release();
    first?.release();
    using second = tryLock(path, me);
    expect(second).toBeDefined();
  });

  test("`using` lets go, whatever happens", () => {
    const path = fresh();
    expect(() => {
      using _held = tryLock(path, me);
      throw new Error("x");
    }).toThrow("x");
    expect(tryLock(path, me)?.release()).toBeUndefined();
    expect(readHolder(path)).toBeUndefined();
  });

  test("locks of different services do not meet", () => {
    using one = tryLock(fresh(), me);
    using two = tryLock(fresh(), me);
    expect([one, two].every((held) => held !== undefined)).toBe(true);
  });

  test("nobody else may look into the folder", () => {
    const path = fresh();
    using _held = tryLock(path, me);
    expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
  });
});

describe("between processes", () => {
  test("the second is refused with who, what and since when; kill -9 of the first frees it", async () => {
    const path = fresh();
    const other = await holderOf(path);
    const refused = lock(path, me);
    await expect(refused).rejects.toMatchObject({
      code: "LOCKED",
      exit: 6,
      message: expect.stringMatching(/^deploy shop 1\.0\.0: bob@there \(process \d+\) has held it for \d+ s: deploy shop 2\.0\.0$/),
      details: { holder: { pid: other.pid } },
    });
    expect(readHolder(path)).toMatchObject({ pid: other.pid });
    other.kill("SIGKILL");
    await once(other, "exit");
    // What the killed one left behind names nobody who holds anything.
    expect(existsSync(`${path}.holder`)).toBe(true);
    expect(readHolder(path)).toBeUndefined();
    using held = tryLock(path, me);
    expect(held).toBeDefined();
    expect(readHolder(path)).toMatchObject({ pid: process.pid });
  });

  test("waiting gets it as soon as it is free", async () => {
    const path = fresh();
    const other = await holderOf(path);
    setTimeout(() => other.kill("SIGKILL"), 300);
    using held = await lock(path, me, { waitMs: 10_000 });
    expect(held).toBeDefined();
  });

  test("waiting ends with the signal's reason, or with the time", async () => {
    const path = fresh();
    await holderOf(path);
    await expect(lock(path, me, { waitMs: 60_000, signal: AbortSignal.timeout(100) })).rejects.toThrow();
    const begun = performance.now();
    await expect(lock(path, me, { waitMs: 300 })).rejects.toMatchObject({ code: "LOCKED" });
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  test("somebody who keeps asking who holds it never refuses it to anybody", async () => {
    const path = fresh();
    tryLock(path, me)?.release();
    const script = `
      import { readHolder } from ${JSON.stringify(new URL("kernel-lock.ts", import.meta.url).href)};
      process.stdout.write("asks");
      for (;;) readHolder(${JSON.stringify(path)});`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    await once(child.stdout, "data");
    for (let round = 0; round < 200; round += 1) {
      const held = tryLock(path, me);
      expect(held).toBeDefined();
      held?.release();
    }
  });
});

describe("a lock that cannot be", () => {
  test("has a code, not a stack", () => {
    const path = fresh();
    tryLock(path, me)?.release();
    writeFileSync(
      path,
      "this is no database, but somebody's notes of more than a hundred bytes, so that it cannot be taken for an empty one ....",
    );
    expect(() => tryLock(path, me)).toThrow(expect.objectContaining({ code: "STATE_NEEDS_PERSON" }));
    writeFileSync(join(root, "file"), "");
    expect(() => tryLock(join(root, "file/x.sqlite"), me)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^INPUT_/) }));
  });
});
