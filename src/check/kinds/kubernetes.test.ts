import { describe, expect, test } from "vitest";
import { applyEdits, SourceText } from "../../core/index.ts";
import { rulesOf } from "../judge.ts";
import { findRules, RULES } from "../whole-catalogue.ts";
import { checkFiles, type CheckFilesOptions, kindOf } from "../files.ts";
import { NOW } from "../test-data/subjects.ts";

const check = (files: Readonly<Record<string, string>>, options: Partial<CheckFilesOptions> = {}) =>
  checkFiles(
    Object.entries(files).map(([path, content]) => ({ kind: "kubernetes", source: new SourceText(path, content) })),
    { now: NOW, rules: rulesOf(RULES, options.profile ?? "production"), ...options },
  );
const only = (...names: readonly string[]) => ({ rules: names.flatMap(findRules).filter((rule) => rule.kind === "kubernetes") });

const pod = ({ annotations = "", comment = "", line = "" } = {}): string =>
  `${comment}apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations: {${annotations}}\nspec:\n  containers:\n    - name: web\n      image: shop/web${line}\n      securityContext: {privileged: true}\n`;

describe("ignores", () => {
  const rules = only("kubernetes/image-tag", "kubernetes/privileged");
  const open = (text: string): readonly string[] => check({ "a.yaml": text }, rules).findings.map((finding) => finding.rule);

  test("without one there are two findings", () => {
    expect(open(pod())).toEqual(["kubernetes/image-tag", "kubernetes/privileged"]);
  });

  test.each([
    ["KubeLinter's check", "ignore-check.kube-linter.io/privileged-container: it is the node's agent", ["kubernetes/image-tag"]],
    ["KubeLinter's all", "kube-linter.io/ignore-all: it is the node's agent", []],
    ["kube-score's list", "kube-score/ignore: 'container-image-tag, container-security-context-privileged'", []],
    ["Polaris' check", "polaris.fairwinds.com/tagNotSpecified-exempt: 'true'", ["kubernetes/privileged"]],
    ["Polaris' check, off", "polaris.fairwinds.com/tagNotSpecified-exempt: 'false'", ["kubernetes/image-tag", "kubernetes/privileged"]],
    ["Polaris' all", "polaris.fairwinds.com/exempt: 'true'", []],
    ["Checkov's", "checkov.io/skip1: CKV_K8S_16=it is the node's agent", ["kubernetes/image-tag"]],
    ["another's", "example.org/skip: CKV_K8S_16", ["kubernetes/image-tag", "kubernetes/privileged"]],
  ])("in annotations: %s", (_, annotations, expected) => {
    expect(open(pod({ annotations: annotations.replaceAll("'s agent", " agent") }))).toEqual(expected);
  });

  test("in comments: Checkov's for the file, Trivy's for a line or for the object it stands before", () => {
    expect(open(pod({ comment: "# checkov:skip=CKV_K8S_16:the node's agent\n" }))).toEqual(["kubernetes/image-tag"]);
    expect(open(pod({ line: " #trivy:ignore:KSV-0013" }))).toEqual(["kubernetes/privileged"]);
    expect(open(pod({ line: " #trivy:ignore:AVD-KSV-0013" }))).toEqual(["kubernetes/privileged"]);
    expect(open(pod({ comment: "#trivy:ignore:KSV-0017 trivy:ignore:KSV-0013\n" }))).toEqual([]);
    expect(open(pod({ line: " #trivy:ignore:*" }))).toEqual(["kubernetes/privileged"]);
  });

  test("Trivy's date counts, and a passed one is said", () => {
    expect(open(pod({ line: " #trivy:ignore:KSV-0013:exp:2026-11-21" }))).toEqual(["kubernetes/privileged"]);
    expect(open(pod({ line: " #trivy:ignore:KSV-0013:exp:2026-11-20" }))).toEqual(
      expect.arrayContaining(["suppression/expired", "kubernetes/image-tag"]),
    );
  });

  test("ours: by our name or a peer's, on the line or before the object, with a reason", () => {
    expect(open(pod({ line: " # seaworthy ignore=image-tag until=2026-12-01 tilt builds it" }))).toEqual(["kubernetes/privileged"]);
    expect(open(pod({ comment: "# seaworthy ignore=CKV_K8S_14,kubernetes/privileged it is the agent\n" }))).toEqual([]);
    expect(open(pod({ line: " # seaworthy ignore=image-tag" }))).toContain("suppression/reason-missing");
    expect(open(pod({ line: " # seaworthy ignore=host-network why" }))).not.toContain("suppression/unused");
    expect(
      open(pod({ comment: "# seaworthy ignore=kubernetes/privileged why\n" }).replace("privileged: true", "privileged: false")),
    ).toContain("suppression/unused");
  });

  test("a peer's id hides only what that peer says", () => {
    const text = (comment: string): string =>
      `kind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web # ${comment}\n      image: a:1\n`;
    const run = (comment: string) => check({ "a.yaml": text(comment) }, only("kubernetes/non-root")).findings.length;
    // KSV-0105 is about user 0 written down, KSV-0012 about none.
    expect([run("trivy:ignore:KSV-0105"), run("trivy:ignore:KSV-0012")]).toEqual([1, 0]);
  });
});

describe("several files", () => {
  const deployment =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: 'a:1'}]}}}\n";
  const service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n";

  test("are looked at together", () => {
    expect(check({ "a.yaml": service }, only("dangling-target")).findings).toHaveLength(1);
    expect(check({ "a.yaml": service, "b.yaml": deployment }, only("dangling-target")).findings).toEqual([]);
  });

  test("one that cannot be read is a finding of its own and does not stop the others", () => {
    const { findings } = check({ "a.yaml": "kind: Pod\nspec: [\n", "b.yaml": pod() }, only("privileged"));
    expect(findings.map(({ rule, path, range }) => [rule, path, range?.start.line])).toEqual([
      ["input/unreadable", "a.yaml", expect.any(Number)],
      ["kubernetes/privileged", "b.yaml", 10],
    ]);
  });

  test("a kustomization's patches are not taken for whole objects, its namespace counts, and what it leaves out is said", () => {
    const { findings } = check(
      {
        "kustomization.yaml": "namespace: shop\nresources: [web.yaml]\npatches: [{path: patch.yaml}]\n",
        "web.yaml": deployment,
        "patch.yaml":
          "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: c, image: 'a:latest'}]}}}\n",
      },
      only("image-tag", "default-namespace"),
    );
    expect(findings.map(({ rule, path, message }) => `${rule} ${path} ${message.slice(0, 23)}`)).toEqual([
      "input/not-resolved kustomization.yaml patches are not applied",
    ]);
  });

  test("give evidence for each file: proven by silence where the rule can prove, and only for what it looked at", () => {
    const { evidence } = check({ "a.yaml": pod(), "b.yaml": deployment, "c.yaml": service }, only("privileged"));
    expect(evidence.map(({ subject, verdict, because }) => [subject, verdict.state, because])).toEqual([
      [{ kind: "file", path: "a.yaml" }, "disproved", "container web of Pod/web is privileged: it is root on its node"],
      [{ kind: "file", path: "b.yaml" }, "proven", "the containers of Deployment/web are not privileged"],
    ]);
  });
});

test("the profile chooses: matters of taste only in strict", () => {
  const rules = (profile: "dev" | "production" | "strict") =>
    check({ "a.yaml": pod() }, { profile }).findings.map((finding) => finding.rule);
  expect(rules("production")).not.toContain("kubernetes/priority-class");
  expect(rules("strict")).toContain("kubernetes/priority-class");
});

test("files are known by their content; a chart's templates are none", () => {
  const kind = (path: string, content: string) => kindOf(new SourceText(path, content));
  expect(kind("k8s/web.yml", pod())).toBe("kubernetes");
  expect(kind("web.json", '{"apiVersion":"v1","kind":"Pod"}')).toBe("kubernetes");
  expect(kind("charts/shop/templates/web.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Release.Name }}}\n")).toBeUndefined();
  expect(kind("package.json", '{"name":"shop"}')).toBeUndefined();
});

test("fixes are edits of the text as it was written, and none where a value is shared", () => {
  const mended = (text: string, rule: string): string => {
    const [finding] = check({ "a.yaml": text }, only(rule)).findings;
    return finding?.fix === undefined ? "no fix" : applyEdits(text, finding.fix.edits);
  };
  expect(mended("# ours\napiVersion: 'batch/v1beta1' # old\nkind: CronJob\n", "api-version")).toBe(
    "# ours\napiVersion: batch/v1 # old\nkind: CronJob\n",
  );
  expect(mended("apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\n", "api-version")).toBe("no fix");
  expect(mended("kind: Pod\nspec:\n  serviceAccount: shop\n  containers: []\n", "service-account-field")).toBe(
    "kind: Pod\nspec:\n  serviceAccountName: shop\n  containers: []\n",
  );
  expect(mended("kind: Pod\nspec:\n  serviceAccount: a\n  serviceAccountName: b\n", "service-account-field")).toBe("no fix");
});
