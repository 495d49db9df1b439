import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bindInLab } from "./binds.ts";

let root = "";
let folder = "";
const socket = createServer();

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "sw-binds-")));
  folder = join(root, "project");
  for (const one of ["project/data", "project-beside", "run"]) mkdirSync(join(root, one), { recursive: true });
  writeFileSync(join(folder, "nginx.conf"), "");
  writeFileSync(join(root, "localtime"), "");
  symlinkSync(join(root, "run"), join(folder, "link"));
  await new Promise<void>((ready) => socket.listen(join(root, "run", "engine"), ready));
});
afterAll(async () => {
  await new Promise((closed) => socket.close(closed));
  rmSync(root, { recursive: true });
});

test.each([
  ["a folder of the project", "project/data", true, "shown"],
  ["the project itself", "project", true, "shown"],
  ["a folder that is written", "project/data", false, "empty"],
  ["a folder elsewhere, as /var/run or / would be", "run", true, "empty"],
  ["a folder whose name begins as the project's", "project-beside", true, "empty"],
  ["a link in the project that leads elsewhere", "project/link", true, "empty"],
  ["a file, wherever it is", "localtime", true, "shown"],
  ["a file that would be written", "project/nginx.conf", false, "read-only"],
  ["a socket, whatever its name", "run/engine", true, "left-out"],
  ["a socket that is not there", "run/docker.sock", true, "left-out"],
  ["a folder that is not there yet", "project/new", false, "empty"],
] as const)("%s", (_what, path, readOnly, expected) => {
  expect(bindInLab({ type: "bind", source: join(root, path), target: "/in", readOnly }, folder)).toBe(expected);
});
