import { expect, test } from "vitest";
import type { Process } from "../lab/processes.ts";
import { goneOf } from "./memory-squeeze.ts";

const process = (pid: number, parent: number, command: string, state = "S"): Process => ({
  pid,
  parent,
  command,
  state,
  name: "node",
  uids: [0],
  gids: [0],
  caught: 0n,
  ignored: 0n,
  capEffective: 0n,
  capBounding: 0n,
  noNewPrivileges: false,
  seccomp: 2,
  threads: 1,
});

const INIT = process(1, 0, "/sbin/docker-init -- node supervisor.js");
const SUPERVISOR = process(7, 1, "node supervisor.js");
const HEALTHY = [INIT, SUPERVISOR, process(8, 7, "node server.js")];

test.each([
  ["a child that was killed for good", [INIT, SUPERVISOR], ["node server.js"]],
  ["one that was started anew, and is merely slow", [INIT, SUPERVISOR, process(31, 7, "node server.js")], []],
  ["one that only its zombie is left of", [INIT, SUPERVISOR, process(8, 7, "node server.js", "Z")], ["node server.js"]],
  ["another child that lives on", [INIT, SUPERVISOR, process(9, 7, "tail -f log")], ["node server.js"]],
  ["the probe's own, which nobody in the container started", [INIT, SUPERVISOR, process(40, 0, "node server.js")], ["node server.js"]],
])("%s", (_what, now, expected) => {
  expect(goneOf(HEALTHY, now)).toEqual(expected);
});
