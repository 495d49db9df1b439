import { expect, test } from "vitest";
import { enoughRequests } from "./memory-peak.ts";

const loaded = async (...loads: readonly number[]): Promise<readonly [number, number]> => {
  let count = 0;
  const requests = await enoughRequests(async () => loads[count++] ?? 0);
  return [requests, count];
};

test("a load in which a busy machine did few requests is done again, a few times; what is asked nothing is loaded once", async () => {
  expect(await loaded(4000)).toEqual([4000, 1]);
  expect(await loaded(138, 140, 150, 145, 150)).toEqual([573, 4]);
  expect(await loaded(20, 20, 20, 20, 20)).toEqual([80, 4]);
  expect(await loaded(300, 250, 250)).toEqual([550, 2]);
  expect(await loaded(0)).toEqual([0, 1]);
});
