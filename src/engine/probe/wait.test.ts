import { expect, test } from "vitest";
import { fakeClock } from "../../core/index.ts";
import type { ProbeAnswer } from "./http.ts";
import { waitUntilReady } from "./wait.ts";

const no: ProbeAnswer = { ready: false, status: 503, tookMs: 1 };
const yes: ProbeAnswer = { ready: true, status: 200, tookMs: 1 };
const sequence = (...answers: ProbeAnswer[]) => {
  let at = 0;
  return async (): Promise<ProbeAnswer> => answers[Math.min(at++, answers.length - 1)] ?? no;
};

test("ready with the first good answer", async () => {
  expect(await waitUntilReady({ probe: sequence(no, no, yes), deadlineMs: 10_000, clock: fakeClock() })).toEqual({
    state: "ready",
    answer: yes,
    probes: 3,
    tookMs: 400,
  });
});

test("several in a row are counted anew after each bad one", async () => {
  const outcome = await waitUntilReady({ probe: sequence(yes, no, yes, yes, yes), inARow: 3, deadlineMs: 10_000, clock: fakeClock() });
  expect(outcome).toMatchObject({ state: "ready", probes: 5 });
});

test("the deadline gives the last answer, and the last sleep is cut to it", async () => {
  expect(await waitUntilReady({ probe: sequence(no), deadlineMs: 500, intervalMs: 200, clock: fakeClock() })).toEqual({
    state: "timed-out",
    last: no,
    probes: 4,
    tookMs: 500,
  });
});

test("a container that has ended is not waited for", async () => {
  let asked = 0;
  const outcome = await waitUntilReady({
    probe: sequence(no),
    deadlineMs: 60_000,
    clock: fakeClock(),
    stillRunning: async () => (asked += 1) < 3,
  });
  expect(outcome).toMatchObject({ state: "exited", last: no, probes: 3 });
});

test("the signal ends it with its reason", async () => {
  const abort = new AbortController();
  const outcome = waitUntilReady({
    probe: sequence(no),
    deadlineMs: 60_000,
    clock: fakeClock(),
    signal: abort.signal,
    onAnswer: () => abort.abort(new Error("stop")),
  });
  await expect(outcome).rejects.toThrow("stop");
});
