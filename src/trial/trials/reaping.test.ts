import { expect, test } from "vitest";
import type { Lab } from "../lab/lab.ts";
import type { Baseline } from "../baseline.ts";
import { reaping } from "./reaping.ts";

/** A container whose left-over process shows these states, one a look; the last again and again. */
const seen = async (...states: readonly string[]): Promise<string> => {
  let look = 0;
  const sh = async (script: string): Promise<{ readonly exitCode: number; readonly output: string }> => {
    if (script.includes("echo $!")) return { exitCode: 0, output: "42\n" };
    if (!script.includes("/proc/42/stat")) return { exitCode: 0, output: "" };
    const state = states[Math.min(look++, states.length - 1)] ?? "";
    return { exitCode: 0, output: state === "" ? "" : `42 (busybox) ${state} 1 40 40 0 -1\n` };
  };
  const lab = { subject: { spec: { init: false } } } as unknown as Lab;
  const baseline = { running: { probe: async () => ({ sh }) } } as unknown as Baseline;
  return (await reaping.run(lab, baseline)).state;
};

test("what was left behind is judged when it has ended, however long that takes", { timeout: 30_000 }, async () => {
  // Half a second was enough on a quiet machine: what had not ended by then was no zombie, and proved what is not so.
  const states = await Promise.all([
    seen(...Array.from({ length: 15 }, () => "S"), "Z"),
    seen(...Array.from({ length: 15 }, () => "R"), ""),
    seen("S", "Z", "Z", "Z", ""),
    seen("Z"),
  ]);
  expect(states).toEqual(["disproved", "proven", "proven", "disproved"]);
});
