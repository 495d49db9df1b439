import { describe, expect, test } from "vitest";
import { rememberSecret, SeaworthyError } from "../core/index.ts";
import type { Context } from "./context.ts";
import { type Outcome, type OutputFlags, reporting } from "./outcome.ts";
import { progressFor } from "./progress.ts";
import { ago, table } from "./render/table.ts";
import { renderStage, stageOutcome } from "./render/stage.ts";

const listen = (terminal = false, colour = terminal) => {
  const said = { out: "", err: "" };
  const context: Context = {
    process: {
      stdout: { write: (text) => void (said.out += text) },
      stderr: { write: (text) => void (said.err += text) },
      env: {},
      exitCode: 0,
    },
    cwd: "/",
    terminal: { stdout: terminal, stderr: terminal },
    colour: { stdout: colour, stderr: colour },
    signal: new AbortController().signal,
  };
  return { context, said };
};

const report = async (work: () => Promise<Outcome>, flags: OutputFlags = {}) => {
  const { context, said } = listen();
  await reporting<OutputFlags, []>(work).call(context, flags);
  return { ...said, exit: context.process.exitCode };
};

describe("what a command gives back", () => {
  test("is words for people, with one line end, or one document for scripts, never both", async () => {
    const work = async (): Promise<Outcome> => ({ exit: 3, human: "words", json: { schema: "x@1", nothing: undefined } });
    expect(await report(work)).toEqual({ exit: 3, out: "words\n", err: "" });
    expect(await report(work, { json: true })).toEqual({ exit: 3, out: '{"schema":"x@1"}\n', err: "" });
  });
  test("that says nothing prints nothing", async () => {
    expect(await report(async () => ({ exit: 0, human: "", json: undefined }))).toEqual({ exit: 0, out: "", err: "" });
    expect(await report(async () => ({ exit: 0, human: "ignored", json: undefined }), { json: true })).toEqual({
      exit: 0,
      out: "",
      err: "",
    });
  });
});

describe("what it throws", () => {
  const error = new SeaworthyError("RELEASE_NOT_LIVE", "web did not become ready", {
    problems: ["last log lines:", "\u001b[2Jboom"],
    hint: "Look.",
    details: { service: "web" },
  });
  test("goes to stderr with every problem and the next step, and drives no terminal", async () => {
    expect(await report(() => Promise.reject(error))).toEqual({
      exit: 3,
      out: "",
      err: "seaworthy: web did not become ready\n  last log lines:\n  \u{FFFD}[2Jboom\n  -> Look.\n",
    });
  });
  test("is the form of its table for scripts", async () => {
    const { out, exit } = await report(() => Promise.reject(error), { json: true });
    expect(exit).toBe(3);
    expect(JSON.parse(out)).toEqual({
      schema: "seaworthy/error@1",
      code: "RELEASE_NOT_LIVE",
      exit: 3,
      retryable: false,
      message: "web did not become ready",
      problems: ["last log lines:", "\u{FFFD}[2Jboom"],
      hint: "Look.",
      details: { service: "web" },
    });
  });
  test("without a code is a bug of ours: 70, with its stack, and a document all the same", async () => {
    const { out, err, exit } = await report(() => Promise.reject(new TypeError("x is not a function")), { json: true });
    expect(exit).toBe(70);
    expect(err).toMatch(/bug of ours, please report it: x is not a function\n.*outcome\.test/s);
    expect(JSON.parse(out)).toMatchObject({ code: "BUG", exit: 70, message: "x is not a function" });
    // What is thrown need not be an error.
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors
    expect((await report(() => Promise.reject("just text"), { json: true })).out).toContain("just text");
  });
  test("an interrupt by SIGTERM has its own status", async () => {
    const interrupted = new SeaworthyError("INTERRUPTED", "interrupted", { exit: 143 });
    const { out, exit } = await report(() => Promise.reject(interrupted), { json: true });
    expect([exit, (JSON.parse(out) as { exit: number }).exit]).toEqual([143, 143]);
  });
});

test("a secret that was read leaves by no way", async () => {
  rememberSecret("nightingale-77");
  const hidden = [
    await report(async () => ({ exit: 0, human: "", json: { deep: [{ log: "password nightingale-77" }] } }), { json: true }),
    await report(
      () =>
        Promise.reject(new SeaworthyError("USAGE", "nightingale-77", { problems: ["nightingale-77"], details: { a: "nightingale-77" } })),
      { json: true },
    ),
    await report(() => Promise.reject(new Error("nightingale-77"))),
    stageOutcome("deploy", { state: "refused", words: "w", problems: ["nightingale-77"], exit: 3, hint: "h" }, {}, "").human,
    renderStage(
      { stage: "deploy", seconds: 1, state: "refused", words: "nightingale-77", problems: ["nightingale-77"], exit: 3, hint: "h" },
      false,
    ),
    table([["nightingale-77"]]),
  ];
  expect(JSON.stringify(hidden)).not.toContain("nightingale-77");
});

describe("progress", () => {
  const steps = (terminal: boolean, colour: boolean, flags: OutputFlags = {}): string => {
    const { context, said } = listen(terminal, colour);
    const progress = progressFor(context, flags);
    progress.begin("pull image", "web");
    progress.note("slow\u001b[2J");
    progress.end("pull image", "done");
    expect(said.out).toBe("");
    return said.err;
  };
  test("in a pipe is a line for each step that ended", () => {
    expect(steps(false, false)).toBe("  slow\u{FFFD}[2J\n  pull image done\n");
  });
  test("in a pipe that takes colour repaints nothing all the same", () => {
    expect(steps(false, true)).not.toContain("\r");
  });
  test("on a terminal repaints one line, in colour where that is wanted", () => {
    expect(steps(true, true)).toContain("\r\u001b[2K  \u001b[2m… pull image web\u001b[0m");
    expect(steps(true, false)).toContain("\r\u001b[2K  … pull image web");
    expect(steps(true, false)).not.toContain("\u001b[3");
  });
  test("is none with --json", () => {
    expect(steps(true, true, { json: true })).toBe("");
  });
});

test("a table has columns as wide as their widest cell, and a cell is one line", () => {
  expect(
    table([
      ["a", "bb", "c"],
      ["aaa", "b", "c\nd\u0007"],
    ]),
  ).toBe("a    bb  c\naaa  b   c d\u{FFFD}");
  expect(table([])).toBe("");
});

test.each([
  [0, "0 s ago"],
  [89, "89 s ago"],
  [90, "2 min ago"],
  [5399, "90 min ago"],
  [7200, "2 h ago"],
  [200_000, "2 d ago"],
  [-50, "0 s ago"],
])("%d seconds are %s", (seconds, words) => {
  expect(ago(0, seconds * 1000)).toBe(words);
});
