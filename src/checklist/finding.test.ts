import { expect, test } from "vitest";
import { atLeast, SEVERITIES } from "./finding.ts";

test("a threshold takes what is as severe or more", () => {
  expect(SEVERITIES.map((severity) => SEVERITIES.filter((threshold) => atLeast(severity, threshold)))).toEqual([
    ["info"],
    ["info", "warning"],
    ["info", "warning", "error"],
  ]);
});
