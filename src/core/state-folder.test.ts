import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openStateFolder } from "./state-folder.ts";

const root = mkdtempSync(join(tmpdir(), "sw-state-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const fresh = (): string => join(mkdtempSync(join(root, "s-")), "state");

test("is made once, for its owner alone, with an identity that stays", () => {
  const folder = fresh();
  const first = openStateFolder({ SEAWORTHY_STATE: folder });
  expect(first).toEqual({ folder, runFolder: join(folder, "run"), uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/) });
  expect([folder, join(folder, "run"), join(folder, "uuid")].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual([
    "700",
    "700",
    "600",
  ]);
  expect(openStateFolder({ SEAWORTHY_STATE: folder })).toEqual(first);
});

test("its sockets' folder can lie elsewhere", () => {
  const folder = fresh();
  expect(openStateFolder({ SEAWORTHY_STATE: folder, SEAWORTHY_RUN: `${folder}-run` }).runFolder).toBe(`${folder}-run`);
});

test.each([{ SEAWORTHY_STATE: "relative" }, { SEAWORTHY_STATE: "" }, { SEAWORTHY_STATE: "/tmp/x", SEAWORTHY_RUN: "run" }])(
  "%j is refused",
  (env) => {
    expect(() => openStateFolder(env)).toThrow(expect.objectContaining({ code: "USAGE" }));
  },
);

test.each(["", "not-a-uuid", "------------------------------------", "0".repeat(36)])(
  "an identity of %j needs a person, and is not replaced",
  (text) => {
    const folder = fresh();
    openStateFolder({ SEAWORTHY_STATE: folder });
    writeFileSync(join(folder, "uuid"), text);
    expect(() => openStateFolder({ SEAWORTHY_STATE: folder })).toThrow(expect.objectContaining({ code: "STATE_NEEDS_PERSON", exit: 4 }));
    expect(readFileSync(join(folder, "uuid"), "utf8")).toBe(text);
  },
);

test("a file in its place is bad input", () => {
  const folder = fresh();
  writeFileSync(folder, "");
  expect(() => openStateFolder({ SEAWORTHY_STATE: folder })).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
});

test("first runs at once agree on one identity", async () => {
  const folder = fresh();
  const script = `
    import { openStateFolder } from ${JSON.stringify(new URL("state-folder.ts", import.meta.url).href)};
    while (Date.now() < Number(process.argv[1]));
    process.stdout.write(openStateFolder({ SEAWORTHY_STATE: ${JSON.stringify(folder)} }).uuid);`;
  const at = String(Date.now() + 500);
  const seen = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", script, at], { stdio: ["ignore", "pipe", "inherit"] });
      return (await Array.fromAsync(child.stdout.setEncoding("utf8"))).join("");
    }),
  );
  expect(new Set(seen)).toEqual(new Set([readFileSync(join(folder, "uuid"), "utf8").trim()]));
});
