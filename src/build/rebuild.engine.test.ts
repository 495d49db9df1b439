import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { tinyImage } from "../../test/support/tiny-image.ts";
import { createDockerEngine } from "../engine/index.ts";
import { loadProject } from "../project/index.ts";
import { rebuildAfterChange } from "./rebuild.ts";

const engine = createDockerEngine();
const NAME = `swt-rebuild-${process.pid}`;

/** What ran anew, by instruction, after a change in a project with this Dockerfile. */
const anewIn = async (dockerfile: (base: string) => string) => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-rebuild-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "src"));
  // Of this run alone: the builder remembers others.
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: folder }));
  writeFileSync(join(folder, "src/index.js"), "1;\n");
  writeFileSync(join(folder, "compose.yaml"), `services: {${NAME}: {build: .}}\n`);
  writeFileSync(join(folder, "Dockerfile"), dockerfile(await tinyImage()));
  const project = await loadProject({ folder, env: {}, git: false });
  const [service] = project.services;
  if (service === undefined) throw new Error("the file has a service");
  const { file, steps } = await rebuildAfterChange(project, service, { engine });
  expect(readFileSync(join(folder, "src/index.js"), "utf8")).toBe("1;\n");
  return { file, anew: steps.filter(({ cached }) => !cached).map(({ name }) => name.replace(/^\[[^\]]*\] /, "")) };
};

test("what comes after the source runs anew, what comes before it does not; nothing is left", { timeout: 200_000 }, async () => {
  const right = await anewIn((base) => `FROM ${base}\nCOPY package.json /app/\nRUN echo npm ci\nCOPY src /app/src\nRUN echo built\n`);
  expect(right).toEqual({ file: "src/index.js", anew: ["COPY src /app/src", "RUN echo built"] });
  const wrong = await anewIn((base) => `FROM ${base}\nCOPY . /app/\nRUN echo npm ci\n`);
  expect(wrong).toEqual({ file: "src/index.js", anew: ["COPY . /app/", "RUN echo npm ci"] });
  const without = await anewIn((base) => `FROM ${base}\nCOPY package.json /app/\n`);
  expect(without.file).toBeUndefined();
  const tags = (await engine.images.list()).flatMap((image) => image.tags);
  expect(tags.filter((tag) => tag.includes(NAME))).toEqual([]);
});
