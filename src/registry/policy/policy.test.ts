import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../registry.fixture.ts";
import { type Policy, readPolicy } from "./policy.ts";

const policy = (text: string): Policy => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "registry.yaml"), text);
  return readPolicy(folder);
};

test("without a file the defaults hold", () => {
  const rules = readPolicy(temporaryFolder());
  const { settings } = rules;
  expect(settings.trash.keepFor).toBe(7 * 86_400_000);
  expect([settings.gc.every, settings.gc.grace, settings.gc.delay, settings.retain.every]).toEqual([
    86_400_000,
    86_400_000,
    3_600_000,
    undefined,
  ]);
  expect([rules.isImmutable("a", "1.2.3"), rules.isImmutable("a", "latest"), rules.retentionOf("a")]).toEqual([true, false, []]);
});

test("the first entry that matches decides; moving beats immutable", () => {
  const rules = policy(`
repositories:
  - match: [team/secret]
    immutable: ["release-*", "{stable,lts}"]
    moving: ["*-snapshot"]
    retain:
      - {tags: ["pr-*"], keepLast: 3}
      - {keepVersions: {range: ">=1", last: 2}, keepFor: 30d}
  - match: ["team/**"]
    immutable: ["**"]
`);
  expect(["release-1", "stable", "1.2.3-snapshot", "1.2.3", "main"].map((tag) => rules.isImmutable("team/secret", tag))).toEqual([
    true,
    true,
    false,
    true,
    false,
  ]);
  expect([rules.isImmutable("team/app", "main"), rules.isImmutable("other", "main")]).toEqual([true, false]);
  expect(rules.retentionOf("team/secret").map(({ patterns, keepLast }) => [patterns, keepLast])).toEqual([
    [["pr-*"], 3],
    [["**"], undefined],
  ]);
  expect(rules.retentionOf("team/app")).toEqual([]);
});

test.each([
  [
    "repositories:\n  - match: [team/**]\n    retian: []\n",
    'registry.yaml:3:5: unknown field "retian" in repositories.0; did you mean "retain"?',
  ],
  ["repositories:\n  - match: ['v[0-9]']\n", 'registry.yaml:2:13: repositories.0.match.0: "v[0-9]" is not a pattern'],
  [
    "repositories:\n  - match: ['**']\n    retain: [{tags: ['pr-*']}]\n",
    "registry.yaml:3:14: repositories.0.retain.0: expected at least one of keepLast",
  ],
  [
    "repositories:\n  - match: ['**']\n    retain: [{keepVersions: {range: newest}}]\n",
    "registry.yaml:3:30: repositories.0.retain.0.keepVersions.range: expected a range",
  ],
  ["gc: {grace: 5}\n", "registry.yaml:1:6: gc.grace: expected a duration"],
  ["gc: [\n", "registry.yaml:"],
  ["trash:\n  keepfor: 1d\n", 'registry.yaml:2:3: unknown field "keepfor" in trash; did you mean "keepFor"?'],
])("%j is refused at its place", (text, said) => {
  expect(() => policy(text)).toThrow(said);
});

test("the guide's example is read, and shows the defaults beside its repositories", () => {
  const guide = readFileSync(new URL("../../../docs/guide/registry.md", import.meta.url), "utf8");
  const [, example = ""] = /```yaml\n(repositories:.*?)```/s.exec(guide) ?? [];
  const { settings } = policy(example);
  expect(settings.repositories).toHaveLength(1);
  expect({ ...settings, repositories: [] }).toEqual(readPolicy(temporaryFolder()).settings);
});
