import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { digestOf, parseReference } from "../../../core/index.ts";
import { daemonRegistries } from "./daemon-json.ts";
import { hostRules, type HostRules } from "./host-rules.ts";
import { registryRules } from "./registries-conf.ts";
import { parseToml } from "./toml.ts";

const written = (name: string, text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-hosts-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

test("TOML as configuration is written in it", () => {
  expect(
    parseToml(
      `# top
title = "a \\"b\\" \\u00e9" # end
'quoted key' = 'C:\\raw'
list = [ "a", 'b', # one
  "c", ]
n = 1_000
[a.b]
x = true
inline = { y = 1, "z.z" = [false] }
[[a.list]]
k = 1
[[a.list]]
k = 2
[a.list.sub]
deep = "yes"
d.e.f = "dotted"
`,
      "t",
    ),
  ).toEqual({
    title: 'a "b" é',
    "quoted key": "C:\\raw",
    list: ["a", "b", "c"],
    n: 1000,
    a: { b: { x: true, inline: { y: 1, "z.z": [false] } }, list: [{ k: 1 }, { k: 2, sub: { deep: "yes", d: { e: { f: "dotted" } } } }] },
  });
});

test.each([
  ["a = ", "t:1:5: a value"],
  ["a = 1\na = 2", "t:2:3: a is set twice"],
  ["[a\nb = 1", 't:1:3: "]" is expected'],
  ['a = """\n"""', "several lines"],
  ["a = 1 b = 2", "should end here"],
  ["a = 1979-05-27", "is no value"],
  ["a = 1\n[a]\n", "a is no table"],
  [`a = ${"[".repeat(40)}`, "nested too deep"],
  ['a = "\\q"', "is no escape"],
  ['"', "a key is expected"],
])("TOML that is none: %s", (text, words) => {
  expect(() => parseToml(text, "t")).toThrow(words);
});

const CONF = `
unqualified-search-registries = ["docker.io"]
[[registry]]
prefix = "docker.io"
location = "docker.io"
[[registry.mirror]]
location = "mirror.example:5000/hub"
insecure = true
[[registry.mirror]]
location = "exact.example"
pull-from-mirror = "digest-only"
[[registry]]
prefix = "docker.io/library"
location = "docker.io/library"
mirror-by-digest-only = true
[[registry.mirror]]
location = "official.example/library"
[[registry]]
prefix = "*.corp.example"
blocked = true
[[registry]]
prefix = "old.example/team"
location = "new.example/group"
[[registry]]
location = "lab.example:5000"
insecure = true
[aliases]
"alpine" = "docker.io/library/alpine"
`;

const placesOf = (rules: HostRules, name: string): readonly string[] =>
  rules.places(parseReference(name)).map(({ registry, repository, isMirror }) => `${isMirror ? "mirror " : ""}${registry}/${repository}`);

test("registries.conf: the longest prefix, mirrors before the registry, those for digests only, blocked and moved ones", () => {
  const file = written("registries.conf", CONF);
  const rules = hostRules({ mirrors: [], insecure: [] }, registryRules({ CONTAINERS_REGISTRIES_CONF: file }));
  const digest = digestOf("x");
  expect(placesOf(rules, "acme/shop:1")).toEqual(["mirror mirror.example:5000/hub/acme/shop", "docker.io/acme/shop"]);
  expect(placesOf(rules, `acme/shop@${digest}`)).toEqual([
    "mirror mirror.example:5000/hub/acme/shop",
    "mirror exact.example/acme/shop",
    "docker.io/acme/shop",
  ]);
  expect(placesOf(rules, "alpine:3")).toEqual(["docker.io/library/alpine"]);
  expect(placesOf(rules, `alpine@${digest}`)).toEqual(["mirror official.example/library/alpine", "docker.io/library/alpine"]);
  expect(placesOf(rules, "old.example/team/app:1")).toEqual(["new.example/group/app"]);
  expect(placesOf(rules, "old.example/teamster/app:1")).toEqual(["old.example/teamster/app"]);
  expect(() => placesOf(rules, "a.corp.example/x:1")).toThrow(/a\.corp\.example\/x is blocked by .*registries\.conf/);
  expect(placesOf(rules, "corp.example/x:1")).toEqual(["corp.example/x"]);
  expect(["lab.example:5000", "mirror.example:5000", "exact.example", "lab.example"].map((host) => rules.insecure(host))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("registries.conf.d replaces rules by prefix; mistakes are named with their place", () => {
  const home = mkdtempSync(join(tmpdir(), "seaworthy-hosts-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, "containers", "registries.conf.d"), { recursive: true });
  writeFileSync(join(home, "containers", "registries.conf"), '[[registry]]\nlocation = "a.example"\ninsecure = true\n');
  writeFileSync(join(home, "containers", "registries.conf.d", "10.conf"), '[[registry]]\nlocation = "a.example"\n');
  const rules = registryRules({ XDG_CONFIG_HOME: home }).filter(({ prefix }) => prefix === "a.example");
  expect(rules).toMatchObject([{ insecure: false }]);
  const broken = (text: string) => () => registryRules({ CONTAINERS_REGISTRIES_CONF: written("r.conf", text) });
  expect(broken("[[registry]\n")).toThrow(/r\.conf:1:11/);
  expect(broken('[[registry]]\nprefix = "a b"\n')).toThrow(/"a b" is no registry or repository/);
  expect(broken("[[registry]]\ninsecure = true\n")).toThrow(/neither prefix nor location/);
  expect(broken('[[registry]]\nlocation = "a"\ninsecure = "yes"\n')).toThrow(/registry\.0\.insecure/);
});

test("daemon.json: mirrors are for Docker Hub alone; insecure by host and by network", () => {
  const file = written(
    "daemon.json",
    JSON.stringify({
      "registry-mirrors": ["https://m.example/", "http://lan.example:5000"],
      "insecure-registries": ["old.example:5000", "10.1.0.0/16"],
    }),
  );
  const rules = hostRules(daemonRegistries({}, [file]), []);
  expect(placesOf(rules, "alpine:3")).toEqual([
    "mirror m.example/library/alpine",
    "mirror lan.example:5000/library/alpine",
    "docker.io/library/alpine",
  ]);
  expect(placesOf(rules, "ghcr.io/a/b:1")).toEqual(["ghcr.io/a/b"]);
  const insecure = ["old.example:5000", "old.example", "10.1.2.3:5000", "10.2.0.1", "lan.example:5000", "m.example"];
  expect(insecure.map((host) => rules.insecure(host))).toEqual([true, false, true, false, true, false]);
  expect(daemonRegistries({}, ["/nowhere/daemon.json"])).toEqual({ mirrors: [], insecure: [] });
  expect(() => daemonRegistries({}, [written("daemon.json", '{"registry-mirrors":["no address"]}')])).toThrow(
    /daemon\.json cannot be read/,
  );
});
