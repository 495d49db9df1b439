import { expect, test } from "vitest";
import { SeaworthyError } from "../core/index.ts";
import type { Decided, ProjectStatus, ReleaseLine } from "../release/index.ts";
import { saidDecision } from "./decision.ts";
import { renderHistory } from "./render/history.ts";
import { renderStatus } from "./render/status.ts";

const live: Decided = { state: "live", release: 7, reports: [], seconds: 3 };
const reverted: Decided = { state: "reverted", release: 7, because: new SeaworthyError("RELEASE_NOT_LIVE", "ann aborted it"), seconds: 3 };
const paused: Decided = {
  state: "paused",
  release: 7,
  step: "web/pause/50",
  because: new SeaworthyError("PAUSED", "half of them"),
  seconds: 3,
};
const asked: Decided = { state: "asked", release: 7, words: "bob is at work" };

test.each([
  ["promote", live, 0, "r7 is live"],
  ["promote", paused, 5, "r7 waits at web/pause/50: half of them"],
  ["promote", reverted, 3, "r7 was taken back"],
  ["promote", asked, 0, "was told (bob is at work)"],
  ["abort", reverted, 0, "ann aborted it"],
  ["abort", live, 3, "r7 is live"],
  ["abort", asked, 0, "was told"],
] as const)("%s that ends so", (word, decided, exit, words) => {
  const said = saidDecision(decided, word);
  expect(said.exit).toBe(exit);
  expect(said.human).toContain(words);
  expect(said.json).toMatchObject({ schema: "seaworthy/deploy@1", state: decided.state, release: 7 });
});

const NOW = 1_800_000_000_000;
const status = (rest: Partial<NonNullable<ProjectStatus["unfinished"]>>): ProjectStatus => ({
  project: "shop",
  live: { release: 6, version: "1.4.0", at: NOW - 3_600_000 },
  unfinished: { release: 7, version: "1.5.0", turningBack: false, steps: 20, done: 12, lastStep: "web/pause/10", ...rest },
  holders: {},
  services: [],
  drift: [],
});

test("the status of a rollout that waits says where, why, with which part, and what can be done", () => {
  const said = renderStatus(
    status({
      paused: { step: "web/pause/10", because: "r7 of web has 10 % of the requests", since: NOW - 60_000, untilAt: NOW + 240_000 },
      weights: { web: 10 },
      decisions: [
        { word: "good", at: NOW - 61_000, step: "web/analyse/10", because: "0 of 200 requests failed" },
        { word: "promoted", at: NOW - 300_000, step: "web/pause/5", who: "ann@there", because: "" },
      ],
    }),
    NOW,
  );
  expect(said).toContain("r7 (1.5.0) waits since 60 s ago at web/pause/10: r7 of web has 10 % of the requests; goes on by itself in 240 s");
  expect(said).toContain("web: 10 % of the requests go to r7");
  expect(said).toContain("good web/analyse/10: 0 of 200 requests failed");
  expect(said).toContain("promoted by ann@there");
  expect(said).toContain("seaworthy promote goes on with it, seaworthy abort takes it back");
  expect(said).not.toContain("unfinished");
  expect(said).not.toContain("--resume");
});

test("the history says who decided and why", () => {
  const line: ReleaseLine = {
    release: 7,
    version: "1.5.0",
    digest: `sha256:${"0".repeat(64)}` as ReleaseLine["digest"],
    outcome: "reverted",
    serving: false,
    who: "ann@there",
    why: "",
    at: NOW - 60_000,
    report: [],
    decisions: [
      { word: "thin", at: NOW, step: "web/analyse/10", because: "inconclusive: 3 requests" },
      { word: "aborted", at: NOW, who: "bob@there", because: "too quiet" },
    ],
  };
  expect(renderHistory([line], NOW)).toContain("not judged web/analyse/10: inconclusive: 3 requests; aborted by bob@there: too quiet");
});
