import { describe, expect, test } from "vitest";
import { agesOf, staleWords } from "./ages.ts";

const NOW = Date.UTC(2026, 10, 21);
const DAY = 86_400_000;
const at = (days: number) => ({ from: "https://osv.example/all.zip", fetchedAt: NOW, asOf: NOW - days * DAY });
const sources = { Debian: at(3), npm: at(10), PyPI: at(30), exploited: at(10), endoflife: at(400), epss: at(-1) };
const ages = (ecosystems?: readonly string[]) =>
  agesOf({ sources }, { now: NOW, maxAgeMs: 7 * DAY, ...(ecosystems === undefined ? {} : { ecosystems }) });

describe("ages", () => {
  test("are those of the sources that were asked and of the lists; an old list of ends is none the worse", () => {
    expect(ages(["Debian:12", "npm"]).map(({ source, ageMs, stale }) => [source, ageMs / DAY, stale])).toEqual([
      ["Debian", 3, false],
      ["npm", 10, true],
      ["exploited", 10, true],
      ["endoflife", 400, false],
      ["epss", 0, false],
    ]);
    expect(ages()).toHaveLength(6);
  });
  test("too old a source is told, or refused with a code of its own", () => {
    const rule = { maxAgeMs: 7 * DAY, stale: "warn" } as const;
    expect(staleWords(ages(["npm"]), rule)).toEqual([
      "npm is of 2026-11-11, 10 d old; at most 7 d is asked for",
      "exploited is of 2026-11-11, 10 d old; at most 7 d is asked for",
    ]);
    expect(() => staleWords(ages(["npm"]), { ...rule, stale: "refuse" })).toThrow(
      expect.objectContaining({ code: "ADVISORIES_STALE", exit: 7 }),
    );
    expect(
      staleWords(
        ages(["Debian:12"]).filter(({ source }) => source === "Debian"),
        { ...rule, stale: "refuse" },
      ),
    ).toEqual([]);
  });
});
