import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { seaworthy } from "./test-data/run.ts";

let folder: string;
const { DOCKER_HOST: before } = process.env;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sw-doctor-cli-"));
  writeFileSync(join(folder, "compose.yaml"), "name: shop\nservices:\n  web:\n    image: docker.io/library/nginx:1.27\n");
  // The engine's address is the process's own.
  process.env["DOCKER_HOST"] = `unix://${folder}/no.sock`;
});
afterEach(() => {
  if (before === undefined) delete process.env["DOCKER_HOST"];
  else process.env["DOCKER_HOST"] = before;
  rmSync(folder, { recursive: true, force: true });
});

const doctor = async (cwd: string, env: Readonly<Record<string, string>> = {}) => {
  const said = await seaworthy(["doctor", "--json"], { cwd, env: { SEAWORTHY_STATE: join(folder, "state"), ...env } });
  return { exit: said.exit, report: JSON.parse(said.out) as Record<string, unknown> };
};

test("with the engine down: exit 7, and all that is known without it", async () => {
  const { exit, report } = await doctor(folder);
  expect(exit).toBe(7);
  expect(report).toMatchObject({
    schema: "seaworthy/doctor@1",
    project: "shop",
    versions: { seaworthy: expect.any(String), node: process.versions.node },
    engine: { unreachable: expect.stringContaining("no engine answers") },
    socket: { address: `unix://${folder}/no.sock`, socket: { exists: false, permitted: false } },
    state: { folder: join(folder, "state"), parts: { "journal.sqlite": expect.any(Number) } },
    history: [],
    rooms: expect.arrayContaining([{ folder: join(folder, "state"), freeBytes: expect.any(Number), totalBytes: expect.any(Number) }]),
  });
});

test("without a project here the host is looked at all the same", async () => {
  const empty = mkdtempSync(join(folder, "empty-"));
  const { exit, report } = await doctor(empty);
  expect(exit).toBe(7);
  expect(report).not.toHaveProperty("project");
  expect(report["ailments"]).toEqual(expect.arrayContaining([expect.objectContaining({ code: "INPUT_NOT_FOUND" })]));
});

test("a journal that is none is said beside the engine", async () => {
  const state = mkdtempSync(join(folder, "state-"));
  writeFileSync(join(state, "journal.sqlite"), "this is no database, and long enough for SQLite to see that it is not one at all");
  const { exit, report } = await doctor(folder, { SEAWORTHY_STATE: state });
  expect(exit).toBe(7);
  expect(report["ailments"]).toEqual(expect.arrayContaining([expect.objectContaining({ code: "STATE_NEEDS_PERSON" })]));
});
