import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation } from "../support/e2e/installation.ts";
import { createShop, get } from "../support/e2e/shop.ts";
import { websOf } from "../support/e2e/two-replicas.ts";

const COMMAND = "printed by a command 4c1e99";
const ROTATED = "printed after rotation 7d02ab";
const PLUGIN = "answered by a plug-in 11f0d8";
const VARIABLE = "taken from a variable 9b3327";
const ALL = [COMMAND, ROTATED, PLUGIN, VARIABLE];

const FILES = `    secrets:
      - { source: printed, target: /run/secrets/printed, uid: '65532', gid: '4321', mode: 0440 }
      - { source: managed, uid: '65532', mode: 0400 }
      - variable
    configs: [{ source: motd, target: /etc/shop/motd, mode: 0444 }, greeting]
`;
const SOURCES = `
secrets:
  printed: { external: true, x-seaworthy: { command: [../bin/show, shop/db] } }
  managed: { external: true, x-seaworthy: { plugin: { name: swe2e, ref: kv/shop } } }
  variable: { environment: E2E_SECRET }
configs:
  motd: { content: "welcome to the shop\\n" }
  greeting: { environment: E2E_GREETING }
`;

let shop: Installation;
let bin = "";
let said = "";

const program = (name: string, script: string): void => {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
};

const run = async (args: readonly string[], exit = 0): Promise<string> => {
  const env = { E2E_SECRET: VARIABLE, E2E_GREETING: "good day", PATH: `${bin}:${process.env["PATH"] ?? ""}` };
  const result = await shop.seaworthy(args, { env });
  expect(result.exit, result.said).toBe(exit);
  said += result.said;
  return result.said;
};

beforeAll(async () => {
  shop = await createShop({
    prepare: (folder) => {
      bin = join(folder, "../bin");
      mkdirSync(bin);
      const path = join(folder, "compose.yaml");
      const text = readFileSync(path, "utf8").replace("    build: { context: web }\n", `    build: { context: web }\n${FILES}`);
      writeFileSync(path, `${text}${SOURCES}`);
    },
  });
  program("show", `[ "$1" = shop/db ] && cat "$(dirname "$0")/value"`);
  program("seaworthy-secret-swe2e", `cat > "$(dirname "$0")/asked"; printf '{"version":1,"values":{"kv/shop":"${PLUGIN}"}}'`);
  writeFileSync(join(bin, "value"), `${COMMAND}\n`);
  await run(["ship"]);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

const web = async (): Promise<string> => (await websOf(shop))[0] ?? "";

/** Owner, group, mode and content of a file as the container itself sees it. */
const inside = async (path: string): Promise<unknown> =>
  JSON.parse(
    await shop.docker.run([
      "exec",
      await web(),
      "/nodejs/bin/node",
      "-p",
      `const fs = require("fs"), s = fs.statSync("${path}"); JSON.stringify([s.uid, s.gid, (s.mode & 0o777).toString(8), fs.readFileSync("${path}", "utf8")])`,
    ]),
  );

test("each source is a file with its owner and mode in memory, under a root that cannot be written", async () => {
  expect(await inside("/run/secrets/printed")).toEqual([65532, 4321, "440", COMMAND]);
  expect(await inside("/run/secrets/managed")).toEqual([65532, 0, "400", PLUGIN]);
  expect(await inside("/run/secrets/variable")).toEqual([0, 0, "444", VARIABLE]);
  expect(await inside("/etc/shop/motd")).toEqual([0, 0, "444", "welcome to the shop\n"]);
  expect(await inside("/greeting")).toEqual([0, 0, "444", "good day"]);
  expect(await shop.docker.run(["inspect", "--format", "{{.HostConfig.ReadonlyRootfs}}", await web()])).toBe("true");
  const written = await shop.docker.attempt([
    "exec",
    await web(),
    "/nodejs/bin/node",
    "-e",
    "require('fs').writeFileSync('/run/secrets/printed', '')",
  ]);
  expect(written.exitCode, "nor the file itself").not.toBe(0);
  const types = await shop.docker.run([
    "exec",
    await web(),
    "/nodejs/bin/node",
    "-p",
    "require('fs').readFileSync('/proc/mounts', 'utf8')",
  ]);
  expect(types).toMatch(/^\S+ \/run\/secrets\/printed tmpfs ro[, ]/m);
  expect(JSON.parse(readFileSync(join(bin, "asked"), "utf8"))).toEqual({ version: 1, refs: ["kv/shop"] });
});

test("the same contents again: nothing is replaced", async () => {
  const before = await websOf(shop);
  expect(await run(["deploy", "--dry-run"])).toMatch(/web +unchanged/);
  await run(["deploy"]);
  expect(await websOf(shop)).toEqual(before);
});

test("a manager that refuses: nothing is changed, and nothing that it said is repeated", async () => {
  const before = await websOf(shop);
  program("show", `echo 'half of ${COMMAND}'; echo 'complains about ${COMMAND}' >&2; exit 9`);
  expect(await run(["deploy"], 7)).toContain("the content of printed comes from a command: ../bin/show ended with status 9");
  expect(await websOf(shop)).toEqual(before);
});

test("rotation is a release, and going back needs no manager", async () => {
  program("show", `cat "$(dirname "$0")/value"`);
  writeFileSync(join(bin, "value"), `${ROTATED}\n`);
  const planFile = join(shop.scratch.folder, "rotated.plan");
  const planned = await run(["deploy", "--dry-run", "--plan-file", planFile]);
  expect(planned).toMatch(/secret.*printed|printed.*secret/);
  for (const clear of ALL) expect(readFileSync(planFile, "utf8").includes(clear), clear).toBe(false);
  await run(["deploy", "--plan", planFile]);
  expect(await inside("/run/secrets/printed")).toEqual([65532, 4321, "440", ROTATED]);
  program("show", "exit 1");
  program("seaworthy-secret-swe2e", "exit 1");
  await run(["rollback"]);
  expect(await inside("/run/secrets/printed")).toEqual([65532, 4321, "440", COMMAND]);
  expect((await get(shop)).status).toBe(200);
});

test("no content is on disk, in the environment of a container, or in anything that was said", async () => {
  const disk = readdirSync(shop.scratch.state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
  const inspected = await shop.docker.run(["inspect", await web()]);
  for (const clear of ALL)
    for (const form of [clear, Buffer.from(clear).toString("base64").slice(0, 30), Buffer.from(clear).toString("hex")])
      expect([disk.includes(form), inspected.includes(form), said.includes(form)], form.slice(0, 12)).toEqual([false, false, false]);
});
