import { describe, expect, test } from "vitest";
import { sanitiseTag, tagsFor } from "./tags.ts";
import { readFileSync, existsSync } from "node:fs";
import { join } from "node:path";

const commit = "860c1904a1ce19322e91ac35af1ab07466440c37";
const at = (here: readonly string[], everywhere: readonly string[] = here, branch?: string) =>
  tagsFor({ commit, tagsHere: here, tagsEverywhere: everywhere, ...(branch === undefined ? {} : { branch }) });

describe("versions", () => {
  test.each([
    ["the first release", ["v1.0.0"], ["v1.0.0"], ["1.0.0"], ["1.0", "1", "latest"]],
    ["the newest of all", ["v2.1.0"], ["v1.0.0", "v2.0.9", "v2.1.0"], ["2.1.0"], ["2.1", "2", "latest"]],
    ["a fix for an old minor", ["v2.0.10"], ["v2.0.9", "v2.0.10", "v2.1.0"], ["2.0.10"], ["2.0"]],
    ["a fix for an old major", ["v1.9.1"], ["v1.9.0", "v1.9.1", "v2.0.0"], ["1.9.1"], ["1.9", "1"]],
    ["an old version built again", ["v1.0.0"], ["v1.0.0", "v1.0.1"], ["1.0.0"], []],
    ["a prerelease", ["v3.0.0-rc.1"], ["v2.0.0", "v3.0.0-rc.1"], ["3.0.0-rc.1"], []],
    ["a stable version beside a newer prerelease", ["v2.0.0"], ["v2.0.0", "v3.0.0-rc.1"], ["2.0.0"], ["2.0", "2", "latest"]],
    ["major 0 promises nothing", ["v0.3.1"], ["v0.3.0", "v0.3.1"], ["0.3.1"], ["0.3", "latest"]],
    ["two versions on one commit, newest first", ["v1.0.0", "v1.0.1"], ["v1.0.0", "v1.0.1"], ["1.0.1", "1.0.0"], ["1.0", "1", "latest"]],
    ["without the v", ["1.2.3"], ["1.2.3"], ["1.2.3"], ["1.2", "1", "latest"]],
    ["build metadata, which no tag may carry", ["v1.0.0+linux.7"], ["v1.0.0+linux.7"], ["1.0.0_linux.7"], ["1.0", "1", "latest"]],
    ["tags that are no versions", ["nightly", "release-1.2", "v1.2", "v01.2.3"], ["nightly"], [], []],
  ])("%s", (_name, here, everywhere, fixed, moving) => {
    const tags = at(here, everywhere);
    expect(tags.fixed).toEqual([...fixed, "sha-860c1904a1ce"]);
    expect(tags.moving).toEqual(moving);
    expect(tags.version).toBe(fixed[0] ?? "sha-860c1904a1ce");
  });
});

describe("branches", () => {
  test.each([
    ["main", ["main"]],
    ["feature/Login #42", ["feature-Login-42"]],
    ["latest", []],
    ["1.2", []],
    ["v1.2.3", []],
    ["sha-860c1904a1ce", []],
    ["sha256-abc.sig", []],
    ["///", []],
  ])("%s", (branch, moving) => {
    expect(at([], [], branch).moving).toEqual(moving);
  });
});

test("a changed tree gets one moving tag, no version, and says so", () => {
  const tags = tagsFor({ commit, branch: "main", tagsHere: ["v1.0.0"], tagsEverywhere: ["v1.0.0"], changes: "deadbeef".repeat(8) });
  expect(tags).toMatchObject({ version: "sha-860c1904a1ce-dirty-deadbeef", fixed: [], moving: ["sha-860c1904a1ce-dirty-deadbeef"] });
  expect(tags.notes[0]).toMatch(/differs from commit 860c1904a1ce/);
});

test("outside a repository nothing is fixed", () => {
  expect(tagsFor({ tagsHere: [], tagsEverywhere: [] })).toMatchObject({ fixed: [], moving: ["unversioned"] });
});

test.each([
  ["a".repeat(200), "a".repeat(128)],
  [".-hidden", "hidden"],
  ["héllo wörld", "h-llo-w-rld"],
  ["---", undefined],
])("sanitising %s", (name, wanted) => {
  expect(sanitiseTag(name)).toBe(wanted);
});

interface MetadataCase {
  readonly name: string;
  readonly github: { readonly ref: string; readonly sha: string };
  readonly inputs: { readonly images?: readonly string[]; readonly tags?: readonly string[]; readonly flavor?: readonly string[] };
  readonly expect: { readonly tags: readonly string[] };
}

const VECTORS = join(import.meta.dirname, "../../../shared/vectors/metadata-action/meta-cases.jsonl");
const lines = existsSync(VECTORS) ? readFileSync(VECTORS, "utf8").split("\n") : [];
/** Of docker/metadata-action's cases those that ask for what we always give: versions by semver, and their lines. */
const comparable = lines
  .filter((line) => line.trim() !== "")
  .map((line) => JSON.parse(line) as MetadataCase)
  .filter(({ github, inputs }) => github.ref.startsWith("refs/tags/") && inputs.flavor === undefined)
  .filter(
    ({ inputs }) =>
      inputs.tags?.some((tag) => tag.startsWith("type=semver")) &&
      inputs.tags.every((tag) => /^type=semver,pattern=\{\{(?:version|major|major\}\}\.\{\{minor)\}\}$/.test(tag)),
  );

test.skipIf(lines.length === 0)(
  "docker/metadata-action agrees where it is asked the same (skipped when ../shared/vectors is not here)",
  () => {
    expect(comparable.length).toBe(2);
    for (const { name, github, inputs, expect: wanted } of comparable) {
      const tag = github.ref.slice("refs/tags/".length);
      const tags = tagsFor({ commit: github.sha, tagsHere: [tag], tagsEverywhere: [tag] });
      const given = [...tags.fixed.filter((each) => !each.startsWith("sha-")), ...tags.moving];
      for (const image of inputs.images ?? [])
        for (const each of wanted.tags.filter((full) => full.startsWith(`${image}:`)))
          expect(given, name).toContain(each.slice(image.length + 1));
    }
  },
);
