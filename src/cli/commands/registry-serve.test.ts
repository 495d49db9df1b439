import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "./registry-serve.run.ts";

test("that anyone may push is said once, and loudly", async () => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-serve-"));
  try {
    let said = "";
    let printed = "";
    const stop = new AbortController();
    const context = {
      // Its first line on stdout says that it listens.
      process: {
        stdout: { write: (text: string) => ((printed += text), stop.abort()) },
        stderr: { write: (text: string) => void (said += text) },
        env: {},
        exitCode: 0,
      },
      cwd: folder,
      terminal: { stdout: false, stderr: false },
      colour: { stdout: false, stderr: false },
      signal: stop.signal,
    };
    await run.call(context, { data: "data", listen: "127.0.0.1:0", open: true, json: true });
    const documents = printed
      .trim()
      .split("\n")
      .map((line): { address: string; state: string } => JSON.parse(line));
    const [listening] = documents;
    expect(documents.map(({ state }) => state)).toEqual(["listening"]);
    const lines = said.split("\n").filter((line) => line.includes(listening?.address ?? "no address"));
    expect(lines.filter((line) => /anyone who can reach it may push, pull and delete/.test(line))).toHaveLength(1);
    expect(said.match(/OPEN/g)).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
