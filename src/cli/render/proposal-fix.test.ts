import { expect, test } from "vitest";
import type { ProposalFix } from "../../trial/index.ts";
import { renderProposalFix } from "./proposal-fix.ts";

const FIX: ProposalFix = {
  files: [{ path: "compose.yaml", before: "a: 1\n", after: "a: 1\ninit: true\n" }],
  proposals: [
    { service: "web", path: ["init"], value: true, because: "a zombie stayed", outcome: "written", files: ["compose.yaml"] },
    { service: "web", path: ["cap_drop"], value: ["ALL"], because: "none needed", outcome: "already", files: [] },
    { service: "web", path: ["user"], value: "1", because: "\u001b[2Jx", outcome: "refused", files: [], why: "it is \u001b[2J shared" },
  ],
};

test("what was written with its measurement, what stays, what was refused and why", () => {
  expect(renderProposalFix(FIX, false)).toBe(`written into compose.yaml:
  web.init: true   # a zombie stayed
left as it is written, which does as much or more:
  web.cap_drop: [ALL]
not written:
  web.user: 1: it is \u{FFFD}[2J shared
Run the trial again: what was written has not been tried together.`);
});

test("a dry run shows the diff", () => {
  const text = renderProposalFix(FIX, true);
  expect(text).toContain("--- compose.yaml\n+++ compose.yaml\n@@ ");
  expect(text).toContain("\n+init: true\n");
  expect(text).toContain("would write into compose.yaml:");
  expect(text).not.toContain("Run the trial again");
  expect(renderProposalFix({ files: [], proposals: [] }, true)).toBe("nothing is proposed, so nothing is written");
});
