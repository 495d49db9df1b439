import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadProject } from "./load.ts";
import { projectFolder } from "./project.fixture.ts";
import { readSettings } from "./read-settings.ts";

/** A git repository with these files. */
const repository = (files: Readonly<Record<string, string>>): string => projectFolder({ ".git/HEAD": "", ...files });

test("a .seaworthy.yaml is found upward to the root of the repository, the nearest first", () => {
  const folder = repository({
    ".seaworthy.yaml": "check: {fail: error}\n",
    "a/.seaworthy.yaml": "check: {fail: info}\n",
    "a/b/x": "",
    "c/x": "",
  });
  const fail = (path: string) => readSettings({ folder: join(folder, path), env: {} })?.settings.settings.check.fail;
  expect(["", "c", "a", "a/b"].map(fail)).toEqual(["error", "error", "info", "info"]);
});

test("not beyond that root, and without a repository only in the folder itself", () => {
  const outer = projectFolder({ ".seaworthy.yaml": "check: {fail: error}\n", "inner/.git/HEAD": "", "plain/x": "" });
  expect(readSettings({ folder: join(outer, "inner"), env: {} })).toBeUndefined();
  expect(readSettings({ folder: join(outer, "plain"), env: {} })).toBeUndefined();
  expect(readSettings({ folder: outer, env: {} })?.settings.settings.check.fail).toBe("error");
});

test("a compose project above speaks for its folders, together with the .seaworthy.yaml above it", () => {
  const folder = repository({
    ".seaworthy.yaml": "check: {trustedRegistries: [ghcr.io], fail: info}\n",
    "shop/compose.yaml": "x-seaworthy: {check: {fail: error}}\nservices: {web: {image: $MISSING, oops: 1}}\n",
    "shop/k8s/x": "",
  });
  const read = readSettings({ folder: join(folder, "shop/k8s"), env: {} });
  expect(read?.settings.settings.check).toMatchObject({ trustedRegistries: ["ghcr.io"], fail: "error" });
  // What is wrong with the rest of the compose file is not asked here.
  expect(read?.problems).toEqual([]);
});

test("what is wrong with the settings is said with its place, and defaults stand in", () => {
  const problems = (text: string) => readSettings({ folder: repository({ ".seaworthy.yaml": text }), env: {} });
  expect(problems("check: {fial: error}\n")?.problems).toMatchObject([
    { code: "FIELD_UNKNOWN", place: { path: ".seaworthy.yaml", range: { start: { line: 1, column: 9 } } } },
  ]);
  expect(problems("check: [\n")?.problems).toMatchObject([{ place: { path: ".seaworthy.yaml" } }]);
  expect(problems("")).toMatchObject({ problems: [], settings: { settings: { check: { ignore: [], rules: {} } } } });
});

test("of a file above a project only what it says of the checks counts", async () => {
  const folder = repository({
    ".seaworthy.yaml": "check: {fail: info, rules: {DL3008: error}}\nproxy: {http: 81}\nservices: {other: {route: {port: 1}}}\n",
    "shop/compose.yaml": "services: {web: {image: a}}\n",
  });
  mkdirSync(join(folder, "shop/sub"));
  const project = await loadProject({ folder: join(folder, "shop"), env: {}, git: false });
  expect(project.settings).toMatchObject({ check: { fail: "info", rules: { DL3008: { severity: "error" } } }, proxy: { http: 80 } });
  expect(project.services.map(({ name }) => name)).toEqual(["web"]);
  expect(project.locate("x-seaworthy", "check", "fail")?.path).toBe(join(folder, ".seaworthy.yaml"));
});
