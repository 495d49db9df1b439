import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileError, readTextFile, writeFileAtomic, writeFileOnce } from "./files.ts";

const root = mkdtempSync(join(tmpdir(), "sw-files-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folder = (): string => mkdtempSync(join(root, "f-"));
const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
const isRoot = process.getuid?.() === 0;

describe("replacing a file", () => {
  test("makes the folders it needs, and leaves no temporary file", () => {
    const path = join(folder(), "a/b/file");
    writeFileAtomic(path, "one");
    writeFileAtomic(path, Buffer.from([0, 255]));
    expect([...readFileSync(path)]).toEqual([0, 255]);
    expect(readdirSync(join(path, ".."))).toEqual(["file"]);
  });

  test("has the mode asked for from its first moment, and with an owner whatever the umask", () => {
    const path = join(folder(), "secret");
    writeFileAtomic(path, "x", 0o600);
    expect(modeOf(path)).toBe("600");
    const before = process.umask(0o077);
    try {
      writeFileAtomic(path, "x", 0o444, { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });
    } finally {
      process.umask(before);
    }
    expect(modeOf(path)).toBe("444");
  });

  test.runIf(isRoot)("belongs to whom it should", () => {
    const path = join(folder(), "secret");
    writeFileAtomic(path, "x", 0o400, { uid: 65_532, gid: 65_533 });
    expect(statSync(path)).toMatchObject({ uid: 65_532, gid: 65_533 });
  });

  test("that cannot be done leaves the old file and nothing else", () => {
    const place = folder();
    mkdirSync(join(place, "taken/inside"), { recursive: true });
    expect(() => writeFileAtomic(join(place, "taken"), "x")).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
    expect(readdirSync(place)).toEqual(["taken"]);
    writeFileSync(join(place, "plain"), "old");
    expect(() => writeFileAtomic(join(place, "plain/file"), "x")).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^INPUT_/) }),
    );
    expect(readFileSync(join(place, "plain"), "utf8")).toBe("old");
  });

  test("is whole at every moment for a reader, and after kill -9 of the writer", async () => {
    const path = join(folder(), "file");
    const size = 300_000;
    const script = `
      import { writeFileAtomic } from ${JSON.stringify(new URL("files.ts", import.meta.url).href)};
      for (let round = 0; ; round += 1) writeFileAtomic(${JSON.stringify(path)}, String(round % 10).repeat(${size}));`;
    for (let kill = 0; kill < 6; kill += 1) {
      const writer = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
      const ended = new Promise((resolve) => writer.once("exit", resolve));
      while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 5));
      for (const until = performance.now() + 60 + kill * 17; performance.now() < until;) {
        const text = readFileSync(path, "utf8");
        expect(text.length === size && text === (text[0] ?? "").repeat(size)).toBe(true);
      }
      writer.kill("SIGKILL");
      await ended;
      const text = readFileSync(path, "utf8");
      expect(text.length === size && text === (text[0] ?? "").repeat(size)).toBe(true);
    }
  });
});

describe("making a file once", () => {
  test("the first one wins, and the next learns that it is there", () => {
    const path = join(folder(), "a/uuid");
    expect(writeFileOnce(path, "first", 0o600)).toBe(true);
    expect(writeFileOnce(path, "second")).toBe(false);
    expect([readFileSync(path, "utf8"), modeOf(path), readdirSync(join(path, ".."))]).toEqual(["first", "600", ["uuid"]]);
  });

  test("of many processes at once, all go on with one file", async () => {
    const path = join(folder(), "uuid");
    const script = `
      import { readFileSync } from "node:fs";
      import { writeFileOnce } from ${JSON.stringify(new URL("files.ts", import.meta.url).href)};
      while (Date.now() < Number(process.argv[1]));
      writeFileOnce(${JSON.stringify(path)}, String(process.pid));
      process.stdout.write(readFileSync(${JSON.stringify(path)}, "utf8"));`;
    const at = String(Date.now() + 500);
    const seen = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const child = spawn(process.execPath, ["--input-type=module", "-e", script, at], { stdio: ["ignore", "pipe", "inherit"] });
        return (await Array.fromAsync(child.stdout.setEncoding("utf8"))).join("");
      }),
    );
    expect(new Set(seen).size).toBe(1);
    expect(seen[0]).toMatch(/^\d+$/);
  });
});

describe("reading a text file", () => {
  test("within its bound", () => {
    const path = join(folder(), "f");
    writeFileSync(path, "grüße");
    expect(readTextFile(path)).toBe("grüße");
    expect(readTextFile(path, 7)).toBe("grüße");
    expect(() => readTextFile(path, 6)).toThrow(expect.objectContaining({ code: "INPUT_TOO_LARGE" }));
  });

  test("that has no end, or does not say its size, is bounded all the same", () => {
    expect(() => readTextFile("/dev/zero", 100_000)).toThrow(expect.objectContaining({ code: "INPUT_TOO_LARGE" }));
    expect(readTextFile("/proc/self/status")).toContain("Pid:");
  });

  test("from a pipe, as a shell's <(...) gives it", () => {
    const script = `import { readTextFile } from ${JSON.stringify(new URL("files.ts", import.meta.url).href)}; process.stdout.write(readTextFile("/dev/stdin"));`;
    const { stdout } = spawnSync(
      "sh",
      ["-c", `(echo one; sleep 0.2; echo two) | "$0" --input-type=module -e "$1"`, process.execPath, script],
      { encoding: "utf8" },
    );
    expect(stdout).toBe("one\ntwo\n");
  });

  test.each([
    ["is not there", (place: string) => join(place, "none"), "INPUT_NOT_FOUND"],
    ["lies under a file", (place: string) => join(place, "plain/x"), "INPUT_NOT_FOUND"],
    ["is a folder", (place: string) => place, "INPUT_INVALID"],
    ["has too long a name", (place: string) => join(place, "x".repeat(300)), "INPUT_INVALID"],
    ["points to itself", (place: string) => join(place, "loop"), "INPUT_INVALID"],
  ])("that %s is bad input, not a bug", (_, path, code) => {
    const place = folder();
    writeFileSync(join(place, "plain"), "x");
    symlinkSync("loop", join(place, "loop"));
    expect(() => readTextFile(path(place))).toThrow(expect.objectContaining({ code }));
  });

  test.runIf(!isRoot)("that may not be read", () => {
    const path = join(folder(), "f");
    writeFileSync(path, "x");
    chmodSync(path, 0);
    expect(() => readTextFile(path)).toThrow(expect.objectContaining({ code: "PERMISSION_DENIED" }));
  });
});

test("what is no failure of the file system is handed on as it is", () => {
  const bug = new TypeError("x");
  expect(fileError(bug, "write x")).toBe(bug);
  expect(fileError(undefined, "write x")).toBe(undefined);
});

const mountpoint = join(root, "tiny");
const mounted =
  isRoot && (mkdirSync(mountpoint), spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "sw-files-test", mountpoint]).status === 0);

describe.runIf(mounted)("on a full disk", () => {
  beforeAll(() => writeFileAtomic(join(mountpoint, "file"), "old"));
  afterAll(() => void spawnSync("umount", [mountpoint]));

  test("the old bytes stay, no temporary file takes the last room, and the error says which write it was", () => {
    const path = join(mountpoint, "file");
    expect(() => writeFileAtomic(path, "x".repeat(200_000))).toThrow(
      expect.objectContaining({ code: "DISK_FULL", message: expect.stringContaining(path) }),
    );
    expect(() => writeFileOnce(join(mountpoint, "other"), "x".repeat(200_000))).toThrow(expect.objectContaining({ code: "DISK_FULL" }));
    expect([readFileSync(path, "utf8"), readdirSync(mountpoint)]).toEqual(["old", ["file"]]);
  });
});
