import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { spread } from "../../../test/support/extent.ts";
import { temporaryFolder } from "../registry.fixture.ts";
import { expectNothingLost, linesOf } from "./aftermath.fixture.ts";
import { SETTINGS } from "./life.fixture.ts";

const lifeUntil = (point: string, time: number) => {
  const folder = temporaryFolder();
  const log = join(temporaryFolder(), "log");
  writeFileSync(join(folder, "registry.yaml"), SETTINGS);
  const worker = new URL("./crash-worker.fixture.ts", import.meta.url).pathname;
  const { signal, status, stderr } = spawnSync(process.execPath, [worker, folder, point, String(time), log], {
    encoding: "utf8",
    timeout: 60_000,
  });
  return { folder, signal, status, stderr, lines: linesOf(log) };
};

const whole = lifeUntil("none", 0);
const counts = whole.lines.flatMap((line) => ("counts" in line ? Object.entries(line.counts) : []));
const deaths = counts.flatMap(([point, times]) =>
  spread(
    Array.from({ length: times }, (_, at) => at + 1),
    1,
  ).map((time) => [point, time] as const),
);

test("a life without a death passes every point", () => {
  expect([whole.status, whole.stderr]).toEqual([0, ""]);
  expect(counts.length).toBeGreaterThanOrEqual(23);
});

test.each(deaths)(
  "killed at %s for the %i. time: nothing acknowledged is lost, nothing is left over after the grace",
  async (point, time) => {
    const { folder, signal, lines, stderr } = lifeUntil(point, time);
    expect([signal, stderr]).toEqual(["SIGKILL", ""]);
    await expectNothingLost(folder, lines, point);
  },
);
