import { describe, expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import { get, spot, text } from "../yaml/index.ts";
import { isKustomizationPath, readKustomization, splitHelmOutput } from "./index.ts";
import { looksLikeManifests, parseManifests } from "./parse.ts";
import { labelSelector, selects } from "./selector.ts";
import { manifestsOf } from "./manifests.ts";

const parse = (content: string) => parseManifests(new SourceText("m.yaml", content));
const names = (content: string): readonly string[] => parse(content).resources.map(({ kind, name }) => `${kind}/${name}`);

describe("reading", () => {
  test("takes every document, JSON, and the items of lists in lists", () => {
    const text = [
      "# nothing here",
      "apiVersion: v1\nkind: Service\nmetadata: {name: a}",
      '{"apiVersion": "v1", "kind": "List", "items": [{"kind": "Secret", "metadata": {"name": "b"}}, {"kind": "List", "items": [{"kind": "Pod", "metadata": {"generateName": "c-"}}]}]}',
      "just: a mapping",
      "[1, 2]",
    ].join("\n---\n");
    expect(names(text)).toEqual(["Service/a", "Secret/b", "Pod/c-"]);
  });

  test("gives exact places, also behind an anchor, and leaves dollar signs alone", () => {
    const { resources } = parse(
      "kind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - &one\n      name: web\n      image: a/b:$(TAG)\n      command: [echo, '${HOME}']\n    - <<: *one\n      name: two\n",
    );
    const containers = resources[0]?.pod?.containers ?? [];
    expect(containers.map(({ name, image }) => [name, image])).toEqual([
      ["web", "a/b:$(TAG)"],
      ["two", "a/b:$(TAG)"],
    ]);
    const node = containers[0]?.node;
    expect(text(node, "command", 1)).toBe("${HOME}");
    const at = node === undefined ? undefined : spot(node, "image");
    expect(at?.source.text.slice(at.start, at.end)).toBe("image: a/b:$(TAG)");
    // What is not written is shown at the nearest parent that is: here the first line of the container.
    const missing = node === undefined ? undefined : spot(node, "securityContext", "privileged");
    expect(missing?.source.text.slice(missing.start, missing.end)).toBe("name: web");
  });

  test("finds the pod of every kind of workload, and of a kind it does not know", () => {
    const spec = "{containers: [{name: c, image: i}], initContainers: [{name: i}], ephemeralContainers: [{name: e}]}";
    for (const content of [
      `kind: Pod\nspec: ${spec}`,
      `kind: Deployment\nspec: {template: {spec: ${spec}}}`,
      `kind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: ${spec}}}}}`,
      `kind: PodTemplate\ntemplate: {spec: ${spec}}`,
      `apiVersion: serving.knative.dev/v1\nkind: Service\nspec: {template: {spec: ${spec}}}`,
    ])
      expect(parse(content).resources[0]?.pod?.containers.map(({ role, name }) => `${role} ${name}`)).toEqual([
        "init i",
        "main c",
        "ephemeral e",
      ]);
    expect(parse("kind: Service\nspec: {selector: {a: b}}").resources[0]?.pod).toBeUndefined();
  });

  test("a syntax error has line and column, a duplicate key is a problem that does not hide the object", () => {
    expect(() => parse("kind: Pod\nspec: 'a\n")).toThrow(/m\.yaml:\d+:\d+: YAML/);
    const { resources, problems } = parse("kind: Pod\nkind: Job\n");
    expect([resources.map(({ kind }) => kind), problems.map(({ message }) => message)]).toEqual([
      ["Job"],
      [expect.stringContaining("set twice")],
    ]);
  });

  test("an alias that blows up is refused", () => {
    const bomb = `a: &a [${"x,".repeat(50)}]\n${"bcdefg"
      .split("")
      .map((letter, index) => `${letter}: &${letter} [${`*${"abcdef"[index]},`.repeat(50)}]`)
      .join("\n")}\nkind: Pod\n`;
    expect(() => parse(bomb)).toThrow(/once its aliases are expanded/);
  });

  test("manifests are recognised without being parsed", () => {
    expect(looksLikeManifests("kind: Pod\napiVersion: v1\n")).toBe(true);
    expect(looksLikeManifests('{"kind":"Pod","apiVersion":"v1"}')).toBe(true);
    expect(looksLikeManifests("services: {web: {image: a}}\n")).toBe(false);
    expect(looksLikeManifests("# an apiVersion of what kind?\na: b\n")).toBe(false);
  });
});

test("selectors select as the API server does", () => {
  const selector = (content: string) => labelSelector(get(parse(`kind: X\nspec: ${content}`).resources[0]?.root, "spec"));
  const labels = new Map([
    ["app", "web"],
    ["tier", "front"],
  ]);
  for (const [written, expected] of [
    ["{}", true],
    ["{matchLabels: {app: web}}", true],
    ["{matchLabels: {app: web, tier: back}}", false],
    ["{matchExpressions: [{key: app, operator: In, values: [web, db]}]}", true],
    ["{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}", false],
    ["{matchExpressions: [{key: gone, operator: DoesNotExist}, {key: tier, operator: Exists}]}", true],
  ] as const)
    expect(selects(selector(written), labels), written).toBe(expected);
});

test("objects are found by kind, name and namespace, where none means default", () => {
  const { find } = manifestsOf(
    parse("kind: Service\nmetadata: {name: a}\n---\nkind: Service\nmetadata: {name: a, namespace: shop}\n").resources,
  );
  expect(find("Service", "a", "default")?.namespace).toBeUndefined();
  expect(find("Service", "a", "shop")?.namespace).toBe("shop");
  expect(find("Service", "a", "other")).toBeUndefined();
});

test("Helm's output is one text for each of the chart's files, with places of its own", () => {
  const printed =
    "---\n# Source: shop/templates/web.yaml\nkind: Service\nmetadata: {name: a}\n---\n# Source: shop/templates/db.yaml\nkind: Service\nmetadata: {name: b}\n---\n# Source: shop/templates/web.yaml\nkind: Pod\nmetadata: {name: c}\n";
  const files = splitHelmOutput(new SourceText("stdin", printed));
  expect(files.map(({ path }) => path)).toEqual(["shop/templates/web.yaml", "shop/templates/db.yaml"]);
  expect(files.map((file) => parseManifests(file).resources.map(({ name }) => name))).toEqual([["a", "c"], ["b"]]);
  const plain = new SourceText("stdin", "kind: Pod\n");
  expect(splitHelmOutput(plain)).toEqual([plain]);
  expect(parse(printed).resources[1]?.template).toBe("shop/templates/db.yaml");
});

test("a kustomization says what it takes in, and what is not applied", () => {
  const read = readKustomization(
    new SourceText(
      "overlays/prod/kustomization.yaml",
      "namespace: shop\nresources: [../../base, web.yaml, 'https://example.org/x.yaml']\npatches:\n  - path: patch.yaml\nimages: [{name: web, newTag: v2}]\n",
    ),
  );
  expect(read).toMatchObject({ resources: ["base", "overlays/prod/web.yaml"], patches: ["overlays/prod/patch.yaml"], namespace: "shop" });
  expect(read.unresolved.map(({ field }) => field)).toEqual(["patches", "images", "resources from the network"]);
  expect(["a/kustomization.yml", "Kustomization", "a/my-kustomization.yaml"].map(isKustomizationPath)).toEqual([true, true, false]);
});
