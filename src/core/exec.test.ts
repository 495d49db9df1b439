import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { exec, lastWords } from "./exec.ts";
import { rememberSecret } from "./redact.ts";

const sh = (script: string, options: Parameters<typeof exec>[2] = {}) => exec("sh", ["-c", script], options);
const took = async (work: Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work.catch(() => undefined);
  return performance.now() - begun;
};

describe("what came out", () => {
  test("both streams and the exit status, whatever it is", async () => {
    expect(await sh("echo out; echo err >&2; exit 3")).toEqual({ exitCode: 3, stdout: "out\n", stderr: "err\n" });
  });
  test("a signal's status is the shell's: 128 and its number", async () => {
    expect((await sh("kill -KILL $$")).exitCode).toBe(137);
    expect((await sh("kill -TERM $$")).exitCode).toBe(143);
  });
  test("no shell stands between: arguments are taken as they are", async () => {
    expect((await exec("printf", ["%s|", "a b", "$(id)", "; rm -rf /", "*"])).stdout).toBe("a b|$(id)|; rm -rf /|*|");
  });
  test("no more is kept than asked for, and the program is not blocked by it", async () => {
    const { stdout, exitCode } = await sh("head -c 1000000 /dev/zero | tr '\\0' x", { maxBytes: 1000 });
    expect([stdout.length, exitCode]).toEqual([1000, 0]);
  });
  test("lines come as they are written, the last one without its end too", async () => {
    const lines: string[] = [];
    await sh("printf 'a\\nb\\n'; printf c; printf 'e\\n' >&2", { onLine: (line, stream) => lines.push(`${stream} ${line}`) });
    expect(lines.toSorted()).toEqual(["stderr e", "stdout a", "stdout b", "stdout c"]);
  });
  test("a character that two chunks share is one character", async () => {
    const lines: string[] = [];
    await sh("printf '\\303'; sleep 0.1; printf '\\274\\n'", { onLine: (line) => lines.push(line) });
    expect(lines).toEqual(["ü"]);
  });
  test("a line without end is bounded", async () => {
    const lines: string[] = [];
    await sh("head -c 300000 /dev/zero | tr '\\0' x", { onLine: (line) => lines.push(line) });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(65_536);
  });
});

describe("what goes in", () => {
  test("text, bytes and streams", async () => {
    for (const input of ["abc", Buffer.from("abc"), Readable.from(["a", "bc"])])
      expect((await exec("cat", [], { input })).stdout).toBe("abc");
    expect((await exec("cat", [])).stdout).toBe("");
  });
  test("a program that does not read it all ends by its own status, not by a broken pipe", async () => {
    expect((await sh("exit 4", { input: "x".repeat(5_000_000) })).exitCode).toBe(4);
    expect((await sh("exit 5", { input: Readable.from(["x".repeat(5_000_000)]) })).exitCode).toBe(5);
  });
  test("a source that fails midway fails the call; half an input is not an input", async () => {
    const source = Readable.from(
      (async function* () {
        yield "half";
        throw new Error("the source broke");
      })(),
    );
    await expect(exec("cat", [], { input: source })).rejects.toThrow("the source broke");
  });
  test("the environment is added to, and undefined takes away", async () => {
    const { stdout } = await sh('echo "$SW_A ${HOME-none}"', { env: { SW_A: "1", HOME: undefined } });
    expect(stdout).toBe("1 none\n");
  });
});

describe("what cannot be started", () => {
  test("no such program", async () => {
    await expect(exec("seaworthy-no-such-program", [])).rejects.toMatchObject({ code: "TOOL_MISSING" });
  });
  test("no such folder is not called a missing program", async () => {
    await expect(sh("true", { cwd: "/no/such/folder" })).rejects.toMatchObject({
      code: "INPUT_NOT_FOUND",
      message: expect.stringContaining("/no/such/folder"),
    });
  });
  test("a file that is no program", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sw-exec-"));
    writeFileSync(join(folder, "plain"), "x");
    await expect(exec(join(folder, "plain"), [])).rejects.toMatchObject({ code: "TOOL_MISSING" });
    rmSync(folder, { recursive: true });
  });
  test("a null byte from somebody's file is bad input, not a bug of ours", async () => {
    await expect(exec("echo", ["a\0b"])).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });
});

describe("an end before its time", () => {
  test("the deadline sends SIGTERM and says how long it was", async () => {
    const run = sh("trap 'echo bye; exit 0' TERM; sleep 30 & wait", { timeoutMs: 200 });
    await expect(run).rejects.toMatchObject({ code: "DEADLINE", message: expect.stringContaining("0.2 s") });
  });
  test("who ignores SIGTERM is killed 5 s later", async () => {
    const run = exec(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { timeoutMs: 500 });
    const ms = await took(run);
    await expect(run).rejects.toMatchObject({ code: "DEADLINE" });
    expect(ms).toBeGreaterThan(5000);
    expect(ms).toBeLessThan(9000);
  });
  test("children that hold the output open are not waited for", async () => {
    expect(await took(sh("sleep 20 & sleep 20", { timeoutMs: 200 }))).toBeLessThan(3000);
    expect(await took(sh("sleep 20 & exit 0", { timeoutMs: 200 }))).toBeLessThan(3000);
  });
  test("an abort rejects with the signal's own reason, before the start too", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const run = sh("exec sleep 30", { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    await expect(run).rejects.toBe(reason);
    await expect(sh("true", { signal: controller.signal })).rejects.toBe(reason);
  });
  test("a deadline longer than a timer can count is no deadline at once", async () => {
    expect((await sh("sleep 0.2; echo done", { timeoutMs: 2 ** 40 })).stdout).toBe("done\n");
  });
});

test("the last words are the last lines of what it complained of, without secrets", () => {
  rememberSecret("correct-horse\nbattery-staple");
  const stderr = Array.from({ length: 20 }, (_, index) => `line ${index}`).join("\n");
  expect(lastWords({ exitCode: 1, stdout: "ignored", stderr: `${stderr}\nhttp://u:pw12@h\n` }, 2)).toBe("line 19\nhttp://u:[redacted]@h");
  expect(lastWords({ exitCode: 1, stdout: "only this\n", stderr: " \n" })).toBe("only this");
  expect(lastWords({ exitCode: 1, stdout: "", stderr: "-----BEGIN PRIVATE KEY-----\nAAAA\nBBBB\n-----END PRIVATE KEY-----\nend" }, 2)).toBe(
    "[redacted]\nend",
  );
});
