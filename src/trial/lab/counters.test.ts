import { expect, test } from "vitest";
import { readingOf } from "./counters.ts";

test.each([
  ["at 52428800 10485760 12", { memory: 41943040, pids: 12 }],
  ["at 100 200 3", { memory: 0, pids: 3 }],
  ["at 100 20 ", { memory: 80 }],
  ["none", undefined],
  ["peaks /cgroup/memory/docker/x/memory.max_usage_in_bytes /cgroup/pids/docker/x/pids.peak", undefined],
  ["at 12", undefined],
])("%j", (line, expected) => {
  expect(readingOf(line)).toEqual(expected);
});
