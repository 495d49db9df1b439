import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { hasCode } from "../core/index.ts";
import { checkedText, discover } from "./discover.ts";
import { checkRepository } from "./repository.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const folderOf = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), "swt-discover-"));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
};

const SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: NodePort}\n";
const found = async (folder: string, ...paths: readonly string[]): Promise<readonly string[]> =>
  (await discover(paths.length === 0 ? ["."] : paths, folder)).files.map(({ source }) => source.path).toSorted();

test("a repository gives what git does not ignore, tracked or not", async () => {
  const folder = folderOf({
    "k8s/a.yaml": SERVICE,
    "out/b.yaml": SERVICE,
    "c.yaml": SERVICE,
    ".gitignore": "out/\n",
    "package.json": "{}",
  });
  execFileSync("git", ["init", "-q", folder]);
  execFileSync("git", ["-C", folder, "add", "c.yaml"]);
  expect(await found(folder)).toEqual(["c.yaml", "k8s/a.yaml"]);
  expect(await found(folder, "k8s")).toEqual(["k8s/a.yaml"]);
});

test("a repository of more files than a call takes at once is read", async () => {
  const folder = folderOf({ "a.yaml": SERVICE });
  execFileSync("git", ["init", "-q", folder]);
  const blob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
  const input = Array.from({ length: 150_000 }, (_, at) => `100644 ${blob}\tf${at}.txt\n`).join("");
  execFileSync("git", ["-C", folder, "update-index", "--index-info"], { input });
  expect(await found(folder)).toEqual(["a.yaml"]);
});

test("another folder is walked, without node_modules, and no link is followed", async () => {
  const folder = folderOf({ "k8s/a.yaml": SERVICE, "node_modules/x/b.yaml": SERVICE });
  symlinkSync(join(folder, "k8s"), join(folder, "link"));
  symlinkSync(join(folder, "k8s/a.yaml"), join(folder, "link.yaml"));
  expect(await found(folder)).toEqual(["k8s/a.yaml"]);
});

test("a kustomization's resources are followed out of the folder that was named, once", async () => {
  const folder = folderOf({
    "base/kustomization.yaml": "resources: [a.yaml, ../overlay]\n",
    "base/a.yaml": SERVICE,
    "overlay/kustomization.yaml": "resources: [../base]\n",
  });
  expect(await found(folder, "overlay")).toEqual(["base/a.yaml", "base/kustomization.yaml", "overlay/kustomization.yaml"]);
});

test("what is named must be there, and be something that is judged", async () => {
  const folder = folderOf({ "a.txt": "hello", "a.yaml": SERVICE });
  await expect(discover(["b.yaml"], folder)).rejects.toSatisfy((error) => hasCode(error, "INPUT_NOT_FOUND"));
  await expect(discover(["a.txt"], folder)).rejects.toSatisfy((error) => hasCode(error, "INPUT_INVALID"));
  expect(() => checkedText("hello")).toThrow(/no Kubernetes manifests/);
});

test("a chart says that its templates were not judged", async () => {
  const folder = folderOf({
    "charts/shop/Chart.yaml": "name: shop\n",
    "charts/shop/templates/a.yaml": SERVICE.replace("name: a", "name: {{ .Release.Name }}"),
  });
  const { files, remarks } = await discover(["."], folder);
  expect([files, remarks.map(({ path, advice }) => [path, advice])]).toEqual([
    [],
    [["charts/shop/Chart.yaml", "Judge what they write: helm template charts/shop | seaworthy check -"]],
  ]);
});

test("a repository is judged as a whole: compose projects in its folders, and other files", async () => {
  const folder = folderOf({
    "app/compose.yaml": "services: {web: {image: 'a:1.2.3', privileged: true}}\n",
    "broken/compose.yaml": "services: {web: {imag: 'a:1.2.3'}}\n",
    "k8s/a.yaml": SERVICE,
  });
  const { findings, sources, empty } = await checkRepository({ cwd: folder, env: {}, now: Date.UTC(2026, 10, 21) });
  const paths = (rule: string): readonly string[] => findings.filter((finding) => finding.rule === rule).map(({ path }) => path);
  expect(paths("compose/not-privileged")).toEqual(["app/compose.yaml"]);
  expect(paths("kubernetes/exposed-service")).toEqual(["k8s/a.yaml"]);
  expect(findings.some(({ path, severity }) => path.startsWith("broken/") && severity === "error")).toBe(true);
  expect(sources.map(({ path }) => path)).toEqual(expect.arrayContaining(["app/compose.yaml", "k8s/a.yaml"]));
  expect(empty).toBe(false);
});

test("standard input is judged under the names of the chart's files", async () => {
  const { findings } = await checkRepository({
    cwd: "/",
    env: {},
    now: Date.UTC(2026, 10, 21),
    paths: ["-"],
    stdin: () => `---\n# Source: shop/templates/a.yaml\n${SERVICE}`,
  });
  expect(findings.map(({ path, range }) => [path, range?.start.line])).toContainEqual(["shop/templates/a.yaml", 5]);
});

test("a file over 4 MB says that it was not judged, unless no rule would judge it", async () => {
  const folder = folderOf({
    "k8s/all.yaml": SERVICE + "#\n".repeat(2_000_000),
    "data.json": `["${"a".repeat(4_000_000)}"]`,
    Dockerfile: `FROM a:1\n${"#\n".repeat(2_000_000)}`,
  });
  const { files, remarks } = await discover(["."], folder);
  expect(files).toEqual([]);
  expect(remarks.map(({ path }) => path).toSorted()).toEqual(["Dockerfile", "k8s/all.yaml"]);
  for (const { message } of remarks) expect(message).toContain("was not judged");
});

const COMPLETE = "services:\n  web: {image: 'shop/web:1.2.3'}\n";
const composeFound = async (folder: string, ...paths: readonly string[]) => {
  const { compose, overlays } = await discover(paths.length === 0 ? ["."] : paths, folder);
  const named = (all: Iterable<string>) => [...all].map((path) => path.slice(folder.length + 1)).toSorted();
  return { compose: named(compose), overlays: named(overlays.keys()) };
};

test("compose files under other names are found by what they hold", async () => {
  const folder = folderOf({
    "deploy/docker-compose.prod.yml": COMPLETE,
    "deploy/docker-compose.dev.yml": COMPLETE,
    "shop.compose.yml": COMPLETE,
    "stack.yaml": `# all of it\n${COMPLETE}`,
    "inline.yml": "services: {web: {build: .}}\n",
    ".github/workflows/ci.yml": "on: push\njobs: {a: {runs-on: x, services: {db: {image: 'postgres:17'}}, steps: []}}\n",
    ".gitlab-ci.yml": "services:\n  - docker:dind\nbuild: {script: make}\n",
    "k8s.yaml": SERVICE,
    "list.yaml": "services: [a, b]\n",
    "broken.yaml": "services:\n  web: [\n",
  });
  expect(await composeFound(folder)).toEqual({
    compose: ["deploy/docker-compose.dev.yml", "deploy/docker-compose.prod.yml", "inline.yml", "shop.compose.yml", "stack.yaml"],
    overlays: [],
  });
});

test("files that change another are no projects of their own, unless they are named", async () => {
  const folder = folderOf({
    "compose.yaml": COMPLETE,
    "compose.override.yaml": COMPLETE,
    "compose.prod.yaml": "services:\n  web: {image: 'shop/web:2.0.0'}\n",
    "compose.debug.yaml": "services:\n  web: {environment: {DEBUG: '1'}}\n  tools: {image: 'shop/tools:1'}\n",
    "compose.monitoring.yaml": "services:\n  grafana: {image: 'grafana/grafana:12.0.0'}\n",
    "limits/part.yaml": "services:\n  web: {mem_limit: 1g}\n",
  });
  expect(await composeFound(folder)).toEqual({
    compose: ["compose.monitoring.yaml", "compose.yaml"],
    overlays: ["compose.debug.yaml", "compose.override.yaml", "compose.prod.yaml", "limits/part.yaml"],
  });
  expect((await composeFound(folder, "compose.prod.yaml")).compose).toEqual(["compose.prod.yaml"]);
});

test("what is not taken up by any project says how it is judged; what is taken up is judged there", async () => {
  const folder = folderOf({
    "compose.yaml": `include: [parts/db.yaml]\n${COMPLETE}`,
    "compose.prod.yaml": "services:\n  web: {privileged: true}\n",
    "parts/db.yaml": "services:\n  db: {image: 'shop/db:1.2.3', privileged: true}\n",
    "other/docker-compose.prod.yml": "services:\n  api: {image: 'shop/api:1.2.3', privileged: true}\n",
  });
  const { findings } = await checkRepository({ cwd: folder, env: {}, now: 0 });
  const about = (rule: string) => findings.filter((one) => one.rule === rule).map(({ path, service }) => `${path} ${service ?? ""}`.trim());
  expect(about("compose/not-privileged")).toEqual(["other/docker-compose.prod.yml api", "parts/db.yaml db"]);
  const remarks = findings.filter(({ rule }) => rule === "input/not-resolved");
  expect(remarks.map(({ path, advice }) => [path, advice])).toEqual([
    ["compose.prod.yaml", "Judge it together with what it changes: seaworthy check --env prod"],
  ]);
});
