import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { BASE_RULES, loadRules } from "./catalogue.ts";
import { findNames, ruleNames } from "./names.ts";
import { checkRepository, type RepositoryResult } from "./repository.ts";
import { NOW } from "./test-data/subjects.ts";
import { RULES } from "./whole-catalogue.ts";

const repository = (files: Readonly<Record<string, string>>): Promise<RepositoryResult> => {
  const cwd = mkdtempSync(join(tmpdir(), "swt-later-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), content);
  }
  return checkRepository({ cwd, env: {}, now: NOW });
};

const DOCKERFILE = "FROM scratch\nUSER 1000\n";
const POD =
  "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - {name: a, image: 'a:1.2.3', securityContext: {privileged: true}}\n";

const about = ({ findings }: RepositoryResult, rule: string): readonly string[] =>
  findings.filter((finding) => finding.rule === rule).map(({ message }) => message);
const kindsOf = ({ rules }: RepositoryResult): readonly string[] => [...new Set(rules.map(({ kind }) => kind))];

test("every rule's name is known without the rule: script/docs.ts wrote it from the rules as they are", () => {
  expect(ruleNames().map(({ id, kind, aliases }) => ({ id, kind, aliases }))).toEqual(
    RULES.map(({ id, kind, aliases }) => ({ id, kind, aliases })),
  );
});

test("rules are loaded by kind, in the catalogue's order", async () => {
  expect(await loadRules()).toEqual(RULES);
  expect(await loadRules(new Set())).toEqual(BASE_RULES);
  expect(await loadRules(new Set(["dockerfile"]))).toEqual(BASE_RULES);
  expect(await loadRules(new Set(["workflow"]))).toEqual(RULES.filter(({ kind }) => kind !== "kubernetes"));
  expect(await loadRules(new Set(["workflow", "kubernetes"]))).toEqual(RULES);
});

test("those for manifests and workflows are there when such files are, and judge them", async () => {
  const without = await repository({ Dockerfile: DOCKERFILE });
  expect(kindsOf(without)).not.toEqual(expect.arrayContaining(["kubernetes"]));
  expect(kindsOf(without)).not.toEqual(expect.arrayContaining(["workflow"]));
  const manifests = await repository({ "k8s/pod.yaml": POD });
  expect(about(manifests, "kubernetes/privileged")).toHaveLength(1);
  expect(kindsOf(manifests)).toContain("kubernetes");
  const workflows = await repository({
    ".github/workflows/ci.yml": "on: push\njobs: {a: {runs-on: ubuntu-24.04, steps: [{uses: actions/checkout@main}]}}\n",
  });
  expect(workflows.findings.some(({ rule }) => rule.startsWith("workflow/"))).toBe(true);
  expect(kindsOf(workflows)).not.toContain("kubernetes");
});

test.each([
  "kubernetes/privileged",
  "privileged",
  "KSV-0017",
  "trivy:ksv017",
  "workflow/unpinned-uses",
  "zizmor:unpinned-uses",
  "kubelinter:*",
])("settings may name %s where no such file is", async (name) => {
  expect(findNames(name)).not.toEqual([]);
  const settings = `check:\n  rules: {"${name}": {severity: off, reason: later}}\n  ignore: [{rule: "${name}", why: later}]\n`;
  const result = await repository({ Dockerfile: DOCKERFILE, ".seaworthy.yaml": settings });
  expect(about(result, "input/unknown-rule")).toEqual([]);
  expect(about(result, "suppression/unused")).toEqual([]);
});

test("a name of no rule is told with the one that is meant, loaded or not", async () => {
  const settings = "check: {rules: {kubernetes/privilegd: info, no-such-rule-anywhere: info}}\n";
  for (const files of [{ Dockerfile: DOCKERFILE }, { Dockerfile: DOCKERFILE, "pod.yaml": POD }])
    expect(about(await repository({ ...files, ".seaworthy.yaml": settings }), "input/unknown-rule")).toEqual([
      'there is no rule "kubernetes/privilegd"; did you mean "kubernetes/privileged"?',
      'there is no rule "no-such-rule-anywhere"',
    ]);
});

test("a comment may name a rule for other files; one that names none is told", async () => {
  const text = (name: string) => `# seaworthy ignore=${name} it is built elsewhere\n${DOCKERFILE}`;
  expect(about(await repository({ Dockerfile: text("kubernetes/privileged") }), "suppression/unused")).toEqual([]);
  expect(about(await repository({ Dockerfile: text("kubernetes/privilegd") }), "suppression/unused")).toEqual([
    "ignore=kubernetes/privilegd names no rule",
  ]);
});
