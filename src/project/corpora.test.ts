import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isSeaworthyError } from "../core/index.ts";
import { loadProject } from "./load.ts";
import { projectFolder } from "./project.fixture.ts";

const folderOf = (name: string): string => new URL(`../../../shared/corpora/${name}.jsonl`, import.meta.url).pathname;

interface Sample {
  readonly id: string;
  readonly content: string;
}

const here = existsSync(folderOf("dclint"));
const skipped = here ? "" : " (skipped: no ../shared/corpora)";

/** Real compose files from the tests of other linters: none may end in anything but a project or a coded refusal that names a place. */
test.skipIf(!here).each([
  ["compose-lint", 309, 220],
  ["dclint", 35, 18],
])(`%s: every file loads or is refused with its place${skipped}`, async (corpus, files, least) => {
  const path = folderOf(corpus);
  const folder = projectFolder({ Dockerfile: "FROM scratch", "db/Dockerfile": "FROM scratch" });
  const samples = readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line): Sample => JSON.parse(line));
  let loaded = 0;
  for (const { id, content } of samples) {
    writeFileSync(join(folder, "compose.yaml"), content);
    try {
      await loadProject({ folder, env: {}, git: false });
      loaded += 1;
    } catch (error) {
      if (!isSeaworthyError(error)) throw new Error(`${id}: not a coded refusal`, { cause: error });
      for (const problem of error.problems) expect(problem, id).toMatch(/^compose\.yaml(?::\d+:\d+)?: /);
    }
  }
  expect(samples).toHaveLength(files);
  expect(loaded).toBeGreaterThanOrEqual(least);
});
