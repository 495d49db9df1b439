import { describe, expect, test } from "vitest";
import { takesColour } from "./context.ts";

describe("colour", () => {
  test.each([
    ["a terminal", {}, true, true],
    ["a pipe", {}, false, false],
    ["a terminal with NO_COLOR", { NO_COLOR: "1" }, true, false],
    ["a terminal with an empty NO_COLOR", { NO_COLOR: "" }, true, true],
    ["a dumb terminal", { TERM: "dumb" }, true, false],
    ["a pipe with FORCE_COLOR", { FORCE_COLOR: "1" }, false, true],
    ["a pipe with FORCE_COLOR=0", { FORCE_COLOR: "0" }, false, false],
    ["a terminal with FORCE_COLOR=0", { FORCE_COLOR: "0" }, true, false],
    ["a pipe with both", { FORCE_COLOR: "1", NO_COLOR: "1" }, false, false],
    ["a pipe in CI", { CI: "true", TERM: "xterm-256color" }, false, false],
  ])("%s", (_, env, isTerminal, answer) => {
    expect(takesColour(env, isTerminal)).toBe(answer);
  });
});
