import { expect, test } from "vitest";
import type { Baseline } from "../baseline.ts";
import type { Lab } from "../lab/lab.ts";
import { effectivePrivileges } from "./effective-privileges.ts";

const status = (pid: number, seccomp: number): string =>
  `${pid}\nName:\tserver\nUid:\t1000\t1000\t1000\t1000\nCapEff:\t0\nCapBnd:\t0\nNoNewPrivs:\t1\nSeccomp:\t${seccomp}\nCommand:\tserver\n`;

/** What each look shows, as pid and seccomp mode; the last again and again. */
const seen = async (...looks: readonly (readonly (readonly [number, number])[])[]): Promise<string> => {
  let look = 0;
  const sh = async (script: string): Promise<{ readonly exitCode: number; readonly output: string }> => {
    const mark = /^m=(\w+)/.exec(script)?.[1] ?? "";
    const processes = looks[Math.min(look++, looks.length - 1)] ?? [];
    return { exitCode: 0, output: processes.map(([pid, seccomp]) => `=${mark}=${status(pid, seccomp)}`).join("") };
  };
  const baseline = { running: { probe: async () => ({ sh }) } } as unknown as Baseline;
  return (await effectivePrivileges.run({} as Lab, baseline)).state;
};

test("a process that the engine is just starting is no verdict: what lacks its filter a moment later does", async () => {
  expect(await seen([[1, 2]])).toBe("proven");
  expect(
    await seen(
      [
        [1, 2],
        [40, 0],
      ],
      [
        [1, 2],
        [40, 2],
      ],
    ),
  ).toBe("proven");
  expect(
    await seen(
      [
        [1, 2],
        [40, 0],
      ],
      [[1, 2]],
    ),
  ).toBe("proven");
  expect(
    await seen([
      [1, 2],
      [40, 0],
    ]),
  ).toBe("disproved");
});
