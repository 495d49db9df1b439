import { expect, test } from "vitest";
import { DEFAULT_POLICY, type Evidence, judge } from "../checklist/index.ts";
import { digestOf } from "../core/index.ts";
import { TRIALS } from "./catalogue.ts";
import { trialEvidence } from "./evidence.ts";
import type { TrialOutcome } from "./run.ts";

const NOW = 1_795_000_000_000;

const shown = (states: Readonly<Record<string, TrialOutcome["state"]>>): readonly Evidence[] =>
  trialEvidence({
    subject: { service: "web", image: digestOf("an image") },
    at: NOW,
    level: "standard",
    seconds: 1,
    smoke: "",
    upMs: 1,
    differences: [],
    outcomes: TRIALS.filter(({ id }) => states[id] !== undefined).map((trial) => ({
      trial,
      state: states[trial.id] ?? "not-tried",
      because: `${trial.id} was seen`,
      seconds: 1,
    })),
  });

const ruled = (item: Evidence["item"], state: "proven" | "disproved"): Evidence => ({
  item,
  subject: { kind: "service", service: "web" },
  kind: "static",
  verdict: { state },
  source: "compose/a-rule",
  because: "the file says so",
  at: NOW,
});

const stateOf = (evidence: readonly Evidence[], item: Evidence["item"]): string | undefined =>
  judge(evidence, DEFAULT_POLICY, NOW).find((one) => one.item === item)?.verdict.state;

test("what a whole trial saw outweighs what a rule reads", () => {
  expect(stateOf([ruled("non-root", "disproved"), ...shown({ "non-root": "proven" })], "non-root")).toBe("proven");
  expect(stateOf([ruled("non-root", "proven"), ...shown({ "non-root": "disproved" })], "non-root")).toBe("disproved");
});

test("a trial of a part of an item disproves it, and proves nothing against a rule", () => {
  expect(stateOf([ruled("narrow-ports", "disproved"), ...shown({ "listening-ports": "proven" })], "narrow-ports")).toBe("disproved");
  expect(stateOf([ruled("narrow-ports", "proven"), ...shown({ "listening-ports": "disproved" })], "narrow-ports")).toBe("disproved");
  expect(stateOf(shown({ "memory-peak": "proven" }), "resource-limits")).toBe("not-tried");
  expect(shown({ "memory-peak": "proven" })[0]?.verdict).toEqual({
    state: "not-tried",
    reason: "memory-peak found nothing against it (memory-peak was seen), which alone proves nothing",
  });
});

test("one of several about an item is enough against it", () => {
  expect(stateOf(shown({ "frozen-healthcheck": "proven", "fake-healthcheck": "disproved" }), "healthcheck")).toBe("disproved");
  expect(stateOf(shown({ "frozen-healthcheck": "proven", "fake-healthcheck": "not-tried" }), "healthcheck")).toBe("proven");
});
