import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "seaworthy-scan-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const MAIN = join(import.meta.dirname, "main.ts");

interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

const seaworthy = async (...args: readonly string[]): Promise<Ended> => {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, ...args], {
      cwd: folder,
      env: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
    });
    return { exit: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { readonly code: number; readonly stdout: string; readonly stderr: string };
    return { exit: code, stdout, stderr };
  }
};

describe("without advisories", () => {
  test("a scan says so, and how to get some; it does not call the image clean", async () => {
    const { exit, stderr } = await seaworthy("scan", "image.tar");
    expect(exit).toBe(7);
    expect(stderr).toContain("seaworthy db build");
    expect((await seaworthy("db", "status")).stdout).toContain("there are no advisories");
  });
});

describe("db build", () => {
  test("reads records from lines and files, and names what is none", async () => {
    const record = (id: string): string =>
      JSON.stringify({
        id,
        affected: [{ package: { ecosystem: "npm", name: "left" }, ranges: [{ type: "SEMVER", events: [{ introduced: "0" }] }] }],
      });
    writeFileSync(join(folder, "some.jsonl"), `${record("GHSA-1")}\nnonsense\n`);
    writeFileSync(join(folder, "one.json"), record("GHSA-2"));
    const { exit, stdout } = await seaworthy("db", "build", "some.jsonl", "one.json", "--json");
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      records: 3,
      unreadable: [expect.stringContaining("some.jsonl:2")],
      shards: { npm: { advisories: 2 } },
    });
    expect((await seaworthy("db", "status")).stdout).toMatch(/^npm\s+2\s+1 /m);
  });
  test.each([
    ["missing.jsonl", 2, "not found"],
    ["all.zip", 2, "unzip"],
  ])("%s is refused", async (name, exit, words) => {
    if (name === "all.zip") writeFileSync(join(folder, name), "PK");
    const ended = await seaworthy("db", "build", name);
    expect(ended.exit).toBe(exit);
    expect(ended.stderr).toContain(words);
  });
});
