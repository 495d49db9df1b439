import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isSeaworthyError } from "../../core/index.ts";
import { loadProject, type Project } from "../../project/index.ts";
import type { Proposal } from "../trial.ts";
import { fixProposals } from "./fix.ts";

const CORPUS = new URL("../../../../shared/corpora/compose-lint.jsonl", import.meta.url).pathname;
const here = existsSync(CORPUS);
const skipped = here ? "" : " (skipped: no ../shared/corpora)";

const PROPOSALS: readonly Proposal[] = (
  [
    ["read_only", true],
    ["cap_drop", ["ALL"]],
    ["tmpfs", ["/tmp:size=64m,mode=1777"]],
    ["deploy.resources.limits.memory", "96000M"],
    ["healthcheck.start_period", "100h"],
  ] as const
).map(([path, value]) => ({ path: path.split("."), value, because: "it was seen" }));

/** The lines of a text that are not in another, in their order: a comment behind them does not count. */
const missing = (before: string, after: string): readonly string[] => {
  const now = after.split("\n");
  let at = 0;
  return before.split("\n").filter((line) => {
    const found = now.findIndex((one, index) => index >= at && (one === line || one.startsWith(`${line.trimEnd()} # measured: `)));
    if (found >= 0) at = found + 1;
    return found < 0;
  });
};

test.skipIf(!here)(
  `in real compose files everything finds its place, and what people wrote stays${skipped}`,
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "sw-fix-corpora-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, "db"));
    for (const path of ["Dockerfile", "db/Dockerfile"]) writeFileSync(join(folder, path), "FROM scratch");
    const read = (replaced: ReadonlyMap<string, string>): Promise<Project> => loadProject({ folder, env: {}, git: false, replaced });
    const lost: string[] = [];
    let [files, written] = [0, 0];
    for (const line of readFileSync(CORPUS, "utf8").split("\n").filter(Boolean)) {
      const { id, content } = JSON.parse(line) as { readonly id: string; readonly content: string };
      writeFileSync(join(folder, "compose.yaml"), content);
      let project: Project;
      try {
        project = await read(new Map());
      } catch (error) {
        if (isSeaworthyError(error)) continue;
        throw error;
      }
      const [service] = project.services;
      if (service === undefined) continue;
      files += 1;
      const fix = await fixProposals(project, [{ service: service.name, proposals: PROPOSALS }], read);
      expect(
        fix.proposals.filter(({ outcome }) => outcome === "refused"),
        id,
      ).toEqual([]);
      written += fix.proposals.filter(({ outcome }) => outcome === "written").length;
      lost.push(...fix.files.flatMap(({ before, after }) => missing(before, after)));
    }
    expect(files).toBeGreaterThanOrEqual(215);
    expect(written).toBeGreaterThan(files * 4);
    // What another value was proposed for.
    expect(lost.filter((line) => !/^\s*(?:read_only: false|memory: \S+|mem_limit: \S+)$/.test(line))).toEqual([]);
  },
);
