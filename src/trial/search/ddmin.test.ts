import { expect, test } from "vitest";
import { ddmin } from "./ddmin.ts";

const ALL = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"];

const needing = async (needed: readonly string[], all: readonly string[] = ALL) => {
  const asked: string[] = [];
  const found = await ddmin(all, (some) => {
    asked.push(some.join(" "));
    return Promise.resolve(needed.every((item) => some.includes(item)));
  });
  return { found, asked };
};

test.each([[[]], [["a"]], [["n"]], [["a", "b"]], [["a", "n"]], [["c", "h", "m"]], [["b", "d", "f", "h", "j"]], [ALL]])(
  "finds exactly %j",
  async (needed) => {
    const { found, asked } = await needing(needed);
    expect(found).toEqual(needed);
    expect(new Set(asked).size).toBe(asked.length);
  },
);

test("nothing is asked beyond the empty set when that works", async () => {
  expect((await needing([])).asked).toEqual([""]);
});

test("of several that would do, what is left works and nothing can be taken away", async () => {
  const works = (some: readonly string[]): boolean => some.includes("c") && (some.includes("a") || some.includes("n"));
  const found = await ddmin(ALL, (some) => Promise.resolve(works(some)));
  expect(works(found)).toBe(true);
  for (const item of found) expect(works(found.filter((other) => other !== item))).toBe(false);
});

test("one of one and two of two", async () => {
  expect((await needing(["x"], ["x"])).found).toEqual(["x"]);
  expect((await needing(["x", "y"], ["x", "y"])).found).toEqual(["x", "y"]);
});
