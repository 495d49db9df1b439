import { appendFileSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation } from "../support/e2e/installation.ts";
import { answersAgain, createShop } from "../support/e2e/shop.ts";
import { websOf } from "../support/e2e/two-replicas.ts";

const FIRST = "the first password 8d1f27c4 of the test";
const SECOND = "the second password 50b9e3aa of the test";
const TMPFS = 0x01021994;
let shop: Installation;
let said = "";

const withSecret = (folder: string): void => {
  const path = join(folder, "compose.yaml");
  const text = readFileSync(path, "utf8").replace(
    "    build: { context: web }\n",
    "    build: { context: web }\n    secrets: [{ source: token, uid: '65532', mode: 0400 }]\n",
  );
  writeFileSync(path, `${text}\nsecrets:\n  token: { file: ../token }\n`);
  writeFileSync(join(folder, "../token"), FIRST);
};

const run = async (args: readonly string[], exit = 0): Promise<string> => {
  const result = await shop.seaworthy(args);
  expect(result.exit, result.said).toBe(exit);
  said += result.said;
  return result.said;
};

beforeAll(async () => {
  shop = await createShop({ prepare: withSecret });
  await run(["ship"]);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

/** Every byte that the installation keeps on disk. */
const onDisk = (): string =>
  readdirSync(shop.scratch.state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name} ${readFileSync(join(entry.parentPath, entry.name), "latin1")}`)
    .join("\n");

/** What the container itself reads. */
const readInside = async (): Promise<string> => {
  const [name = ""] = await websOf(shop);
  return shop.docker.run([
    "exec",
    name,
    "/nodejs/bin/node",
    "-e",
    "process.stdout.write(require('fs').readFileSync('/run/secrets/token'))",
  ]);
};

const assertNowhere = async (): Promise<void> => {
  const disk = onDisk();
  const [name = ""] = await websOf(shop);
  const inspected = await shop.docker.run(["inspect", name]);
  for (const clear of [FIRST, SECOND])
    for (const form of [clear, Buffer.from(clear).toString("base64").slice(0, 40), Buffer.from(clear).toString("hex")])
      expect([disk.includes(form), inspected.includes(form), said.includes(form)], form.slice(0, 9)).toEqual([false, false, false]);
  expect(statfsSync(join(shop.scratch.run, "files")).type, "the files themselves are in memory").toBe(TMPFS);
};

test("its content is nowhere but in memory and in the container", async () => {
  expect(await readInside()).toBe(FIRST);
  await assertNowhere();
});

test("after a reboot: said by status, put back by agent --restore", async () => {
  const folder = join(shop.scratch.run, "files", shop.project);
  const before = readdirSync(folder);
  rmSync(folder, { recursive: true });
  rmSync(join(shop.projectFolder, "../token"));
  expect(await run(["status"], 1)).toContain("web: the secret token is not in memory, as after a reboot");
  expect(await run(["agent", "--restore"])).toContain("1 secrets and configs put back into memory");
  expect(readdirSync(folder)).toEqual(before);
  await run(["status"]);
  const [name = ""] = await websOf(shop);
  await shop.docker.run(["restart", name]);
  await answersAgain(shop, 20_000);
  expect(await readInside()).toBe(FIRST);
});

test("after a reboot in which the container could not start: the agent puts the file back and starts it", async () => {
  const [name = ""] = await websOf(shop);
  await shop.docker.run(["stop", name]);
  rmSync(join(shop.scratch.run, "files", shop.project), { recursive: true });
  const failed = await shop.docker.attempt(["start", name]);
  expect(failed.exitCode, "the engine has nothing to mount").not.toBe(0);
  const agent = shop.call(["agent"]);
  let heard = "";
  agent.child.stderr?.on("data", (text: string) => (heard += text));
  try {
    await answersAgain(shop, 20_000);
    expect(heard).toContain("1 secrets and configs are back in memory");
    expect(heard).toContain("could not start without its files, and is started now");
  } finally {
    agent.child.kill("SIGTERM");
    await agent.ended;
  }
  said += heard;
  await run(["status"]);
});

test("rotated by a release, and the rollback has the earlier content without its source", async () => {
  writeFileSync(join(shop.projectFolder, "../token"), SECOND);
  await shop.commit({}, "v1.1.0");
  await run(["ship"]);
  expect(await readInside()).toBe(SECOND);
  await run(["rollback"]);
  expect(await readInside()).toBe(FIRST);
  await assertNowhere();
});

test("a sealed file that somebody changed is refused, not used", async () => {
  const vault = join(shop.scratch.state, "vault", shop.project);
  for (const name of readdirSync(vault)) appendFileSync(join(vault, name), "x");
  rmSync(join(shop.scratch.run, "files", shop.project), { recursive: true });
  const restored = await shop.seaworthy(["agent", "--restore"]);
  expect(restored.exit, restored.said).toBe(4);
  expect(restored.said).toContain("token");
});
