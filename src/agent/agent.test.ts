import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatNotice, runAgent } from "./agent.ts";
import { systemdUnit } from "./systemd.ts";

test("each notice is a line: when, of what, and what", async () => {
  const lines: string[] = [];
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  const notices: object[] = [];
  await runAgent({
    releases: {
      watch: async ({ say }) => {
        say({ at, words: "watching" });
        say({ at, project: "shop", service: "web", container: "shop-web-r1-1", words: "ended with status 1" });
      },
    },
    signal: new AbortController().signal,
    line: (text) => lines.push(text),
    notice: (one) => notices.push(one),
  });
  expect(lines).toEqual(["2026-01-02T03:04:05Z watching", "2026-01-02T03:04:05Z shop/web shop-web-r1-1 ended with status 1"]);
  expect(notices).toHaveLength(2);
  expect(formatNotice({ at, project: "shop", words: "x" })).toBe("2026-01-02T03:04:05Z shop x");
});

test("the unit restores before Docker starts, and systemd takes it", () => {
  const unit = systemdUnit({ program: ["/usr/bin/true", "/srv/a b/50%$x.js"], environment: { SEAWORTHY_STATE: '/srv/st"ate' } });
  expect(unit).toMatch(/^Before=docker.service$/m);
  expect(unit).toContain('ExecStartPre=-"/usr/bin/true" "/srv/a b/50%%$$x.js" agent --restore\n');
  expect(unit).toContain('Environment="SEAWORTHY_STATE=/srv/st\\"ate"\n');
  const folder = mkdtempSync(join(tmpdir(), "sw-unit-"));
  try {
    const path = join(folder, "seaworthy-agent.service");
    writeFileSync(path, unit);
    const verified = spawnSync("/usr/bin/systemd-analyze", ["verify", "--man=no", path], { encoding: "utf8" });
    // Not on every machine; where it is, it must find nothing in this file.
    if (verified.error === undefined) expect(verified.stderr.split("\n").filter((line) => line.includes("seaworthy-agent"))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
