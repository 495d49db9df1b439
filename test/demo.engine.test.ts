import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ITEMS } from "../src/checklist/index.ts";

const DEMO = join(import.meta.dirname, "..", "script", "demo");

const demo = (
  args: readonly string[],
): Promise<{ readonly exit: number | null; readonly lines: readonly string[]; readonly all: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(DEMO, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject);
    child.once("close", (exit) => resolve({ exit, lines: stdout.trimEnd().split("\n"), all: `${stdout}${stderr}` }));
  });

const release = (id: string, version: string) => ({
  id,
  version,
  requests: expect.any(Number),
  failed: 0,
  p99Ms: expect.any(Number),
  seconds: expect.any(Number),
});

test("script/demo takes an app to production, replaces it and brings it back, loses nothing and leaves nothing", async () => {
  const { exit, lines, all } = await demo(["--json"]);
  // When it fails, what went wrong and what it said then is worth more than all of it.
  const wrong = lines.flatMap((line, at) => (line.includes("✗") ? lines.slice(at, at + 15) : []));
  expect({ exit, wrong }, all.slice(-3000)).toEqual({ exit: 0, wrong: [] });
  expect(all).toContain("All of it was true");
  const summary: unknown = JSON.parse(lines.at(-1) ?? "");
  expect(summary).toEqual({
    ok: true,
    releases: [release("r1", "1.0.0"), release("r2", "2.0.0"), release("r3", "1.0.0")],
    evidence: { proven: expect.any(Number), disproved: 0, notTried: expect.any(Number), waived: 0 },
    leftOver: [],
  });
  const { releases, evidence } = summary as {
    readonly releases: readonly { readonly requests: number; readonly p99Ms: number; readonly seconds: number }[];
    readonly evidence: { readonly proven: number; readonly notTried: number };
  };
  for (const { requests, p99Ms, seconds } of releases) {
    expect(requests).toBeGreaterThan(100);
    expect(p99Ms).toBeGreaterThan(0);
    expect(seconds).toBeGreaterThan(0);
  }
  expect(evidence.proven + evidence.notTried).toBe(ITEMS.length);
  expect(evidence.proven).toBeGreaterThan(10);
  const scratch = /tag v1\.0\.0, in (\S+)/.exec(all)?.[1] ?? "";
  expect(scratch).toMatch(/seaworthy-demo\./);
  expect(existsSync(scratch)).toBe(false);
}, 900_000);

test("options that it does not know, or that exclude each other, are refused before anything is set up", async () => {
  expect(await demo(["--kepp"])).toMatchObject({ exit: 2, all: expect.stringContaining("--kepp") });
  expect(await demo(["--keep", "--clean"])).toMatchObject({ exit: 2 });
});
