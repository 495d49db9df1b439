import { describe, expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import { buildTrees } from "./build.ts";
import { canonical } from "./canonical.ts";
import { placeIn } from "./locate.ts";
import { mergeTrees } from "./merge.ts";
import { type ComposeNode, child } from "./node.ts";
import { parseYaml } from "./parse.ts";

const layer = (text: string, path: string) => buildTrees(parseYaml(new SourceText(path, text)), () => undefined).map(canonical);
const merge = (...texts: readonly string[]) => mergeTrees(texts.flatMap((text, index) => layer(text, `${index + 1}.yaml`)));
const plain = (node: ComposeNode | undefined): unknown => {
  if (node === undefined) return undefined;
  if (node.kind === "scalar") return node.value;
  if (node.kind === "sequence") return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
};
/** Two files' worth of one service's fields, merged. */
const service = (base: string, over: string): unknown =>
  plain(child(child(merge(`services: {web: {${base}}}`, `services: {web: {${over}}}`), "services"), "web"));

describe("the rules of 13-merge", () => {
  test.each([
    ["key1: a, key2: b", "key2: B, key3: c", { key1: "a", key2: "B", key3: "c" }],
    ["dns: [1.1.1.1]", "dns: [8.8.8.8]", { dns: ["1.1.1.1", "8.8.8.8"] }],
    ["dns: 1.1.1.1", "dns: [1.1.1.1, 8.8.8.8]", { dns: ["1.1.1.1", "8.8.8.8"] }],
    ["command: [echo, foo]", "command: [echo, bar]", { command: ["echo", "bar"] }],
    ["command: echo foo", "command: [echo, bar]", { command: ["echo", "bar"] }],
    ["entrypoint: [a]", "entrypoint: b", { entrypoint: "b" }],
    [
      "healthcheck: {test: [CMD, a], interval: 1s}",
      "healthcheck: {test: [CMD, b]}",
      { healthcheck: { test: ["CMD", "b"], interval: "1s" } },
    ],
    ["volumes: ['foo:/work']", "volumes: ['bar:/work']", { volumes: ["bar:/work"] }],
    [
      "volumes: ['foo:/a', 'x:/b:ro']",
      "volumes: [{type: volume, source: y, target: /b}]",
      { volumes: ["foo:/a", { type: "volume", source: "y", target: "/b" }] },
    ],
    ["ports: ['8080:80']", "ports: ['8080:80', '8443:443']", { ports: ["8080:80", "8443:443"] }],
    ["ports: ['8080:80']", "ports: ['9090:80']", { ports: ["8080:80", "9090:80"] }],
    [
      "ports: ['8080:80']",
      "ports: [{target: 80, published: '8080', name: web}]",
      { ports: [{ target: 80, published: "8080", name: "web" }] },
    ],
    ["ports: ['127.0.0.1:8080:80']", "ports: ['8080:80']", { ports: ["127.0.0.1:8080:80", "8080:80"] }],
    [
      "secrets: [a]",
      "secrets: [{source: a, target: /run/secrets/a, mode: 0400}]",
      { secrets: [{ source: "a", target: "/run/secrets/a", mode: 400 }] },
    ],
    ["configs: [a]", "configs: [{source: b, target: /a}]", { configs: [{ source: "b", target: "/a" }] }],
    ["environment: {A: 1, B: 2}", "environment: [B=3, C]", { environment: { A: 1, B: "3", C: null } }],
    ["environment: [A=1]", "environment: {A: 2}", { environment: { A: 2 } }],
    ["labels: [a=1, b]", "labels: {a: 2}", { labels: { a: 2, b: "" } }],
    ["extra_hosts: ['a:1.1.1.1']", "extra_hosts: {a: 2.2.2.2}", { extra_hosts: { a: "2.2.2.2" } }],
    ["extra_hosts: ['a=1.1.1.1', 'a=::1']", "x-a: 1", { extra_hosts: { a: ["1.1.1.1", "::1"] }, "x-a": 1 }],
    [
      "depends_on: [db]",
      "depends_on: {db: {condition: service_healthy}, mq: {condition: service_started}}",
      { depends_on: { db: { condition: "service_healthy" }, mq: { condition: "service_started" } } },
    ],
    ["networks: [a]", "networks: {b: {aliases: [x]}}", { networks: { a: null, b: { aliases: ["x"] } } }],
    ["networks: {a: {aliases: [x]}}", "networks: {a: {aliases: [x, y]}}", { networks: { a: { aliases: ["x", "y"] } } }],
    ["build: .", "build: {target: prod}", { build: { context: ".", target: "prod" } }],
    ["build: {args: [A=1]}", "build: {args: {A: 2}}", { build: { args: { A: 2 } } }],
    [
      "logging: {driver: a, options: {x: 1}}",
      "logging: {driver: a, options: {y: 2}}",
      { logging: { driver: "a", options: { x: 1, y: 2 } } },
    ],
    ["logging: {driver: a, options: {x: 1}}", "logging: {driver: b}", { logging: { driver: "b" } }],
    ["logging: {driver: a, options: {x: 1}}", "logging: {options: {y: 2}}", { logging: { driver: "a", options: { x: 1, y: 2 } } }],
    ["ulimits: {nofile: 5}", "ulimits: {nofile: {soft: 1, hard: 2}}", { ulimits: { nofile: { soft: 1, hard: 2 } } }],
    ["cap_add: [A]", "cap_add: [A, B]", { cap_add: ["A", "B"] }],
    ["tmpfs: /tmp", "tmpfs: ['/tmp:size=1m']", { tmpfs: ["/tmp:size=1m"] }],
    ["env_file: a.env", "env_file: [{path: b.env, required: false}]", { env_file: ["a.env", { path: "b.env", required: false }] }],
    ["x-foo: {a: 1}", "x-foo: {b: 2}", { "x-foo": { b: 2 } }],
    [
      "x-seaworthy: {release: {drain: 1s}}",
      "x-seaworthy: {release: {ready: 2s}}",
      { "x-seaworthy": { release: { drain: "1s", ready: "2s" } } },
    ],
    ["environment: {A: 1}", "environment: ", { environment: { A: 1 } }],
    ["image: a", "image: ", { image: null }],
    ["ports: ['1:1']", "ports: !reset []", {}],
    ["environment: {A: 1, B: 2}", "environment: {A: !reset null}", { environment: { B: 2 } }],
    ["ports: ['1:1']", "ports: !override ['2:2']", { ports: ["2:2"] }],
    ["environment: {A: 1}", "environment: !override {B: 2}", { environment: { B: 2 } }],
    ["environment: {A: 1}", "environment: !override [B=2]", { environment: { B: "2" } }],
    ["image: a", "hostname: !reset null", { image: "a" }],
  ])("%s + %s", (base, over, expected) => {
    expect(service(base, over)).toEqual(expected);
  });

  test("three files, and documents of one file, merge in order", () => {
    expect(plain(merge("services: {a: {image: x}}", "services: {a: {image: y}, b: {image: z}}\n---\nservices: {a: {image: w}}"))).toEqual({
      services: { a: { image: "w" }, b: { image: "z" } },
    });
  });
  test("a mapping over a list is refused with both places", () => {
    expect(() => merge("services: {web: {cap_add: [A]}}", "services:\n  web:\n    cap_add: {A: 1}")).toThrow(
      "2.yaml:3:14: services.web.cap_add is a mapping here but a sequence in 1.yaml:1; the two cannot be merged",
    );
  });
});

describe("places after a merge", () => {
  const tree = merge(
    "services:\n  web:\n    image: a\n    environment: [A=1, B=2]\n    ports: ['1:1']\n",
    "services:\n  web:\n    image: b\n    environment:\n      B: 3\n    ports: ['2:2']\n",
  );
  const at = (...path: readonly (string | number)[]) => {
    const place = placeIn(tree, path);
    return place && `${place.path}:${place.range.start.line}:${place.range.start.column}`;
  };
  test.each([
    [["services", "web"], "1.yaml:2:3"],
    [["services", "web", "image"], "2.yaml:3:5"],
    [["services", "web", "environment"], "1.yaml:4:5"],
    [["services", "web", "environment", "A"], "1.yaml:4:19"],
    [["services", "web", "environment", "B"], "2.yaml:5:7"],
    [["services", "web", "ports", 0], "1.yaml:5:13"],
    [["services", "web", "ports", 1], "2.yaml:6:13"],
    [["services", "web", "healthcheck", "interval"], "1.yaml:2:3"],
    [["services", "web", "ports", 7], "1.yaml:5:5"],
    [["nothing"], undefined],
  ])("%j", (path, expected) => {
    expect(at(...path)).toBe(expected);
  });
});
