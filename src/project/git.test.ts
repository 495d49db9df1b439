import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exec } from "../core/index.ts";
import { readGit, versionTags, withoutCredentials } from "./git.ts";
import { load, projectFolder } from "./project.fixture.ts";

const repository = async (files: Readonly<Record<string, string>> = { "compose.yaml": "services: {web: {image: a}}" }) => {
  const folder = projectFolder(files);
  const git = async (...args: readonly string[]): Promise<void> => {
    const env = {
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_SYSTEM: "/dev/null",
      GIT_AUTHOR_DATE: "2026-03-04T05:06:07Z",
      GIT_COMMITTER_DATE: "2026-03-04T05:06:07Z",
      GIT_DIR: undefined,
    };
    const { exitCode, stderr } = await exec("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", ...args], { env });
    if (exitCode !== 0) throw new Error(stderr);
  };
  await git("init", "-q", "-b", "main");
  return { folder, git };
};

describe("the state of a repository", () => {
  test("commit, branch, tags newest first, time, remote without its password", async () => {
    const { folder, git } = await repository();
    await git("add", ".");
    await git("commit", "-q", "-m", "one");
    for (const tag of ["v1.2.0", "v1.10.0", "v1.10.0-rc.1", "nightly", "2.0.0"]) await git("tag", tag);
    await git("tag", "-a", "v1.3.0", "-m", "annotated");
    await git("remote", "add", "origin", "https://ann:hunter2222@git.example/acme/shop.git");
    expect(await readGit(folder)).toEqual({
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      branch: "main",
      tags: ["2.0.0", "v1.10.0", "v1.10.0-rc.1", "v1.3.0", "v1.2.0"],
      dirty: false,
      committedAt: Date.UTC(2026, 2, 4, 5, 6, 7),
      remoteUrl: "https://git.example/acme/shop.git",
    });
    await git("checkout", "-q", "--detach");
    expect((await readGit(folder))?.branch).toBeUndefined();
  });

  test("dirty: changed, staged, deleted or untracked, in this folder alone; ignored files do not count", async () => {
    const { folder, git } = await repository({ "a/compose.yaml": "x", "a/.gitignore": "out\n", "b/file": "x" });
    await git("add", ".");
    await git("commit", "-q", "-m", "one");
    const dirty = async (): Promise<boolean | undefined> => (await readGit(join(folder, "a")))?.dirty;
    expect(await dirty()).toBe(false);
    writeFileSync(join(folder, "b/file"), "y");
    writeFileSync(join(folder, "b/new"), "y");
    mkdirSync(join(folder, "a/out"));
    writeFileSync(join(folder, "a/out/x"), "y");
    expect(await dirty()).toBe(false);
    expect((await readGit(folder))?.dirty).toBe(true);
    writeFileSync(join(folder, "a/new"), "y");
    expect(await dirty()).toBe(true);
    rmSync(join(folder, "a/new"));
    writeFileSync(join(folder, "a/compose.yaml"), "z");
    expect(await dirty()).toBe(true);
    await git("add", ".");
    expect(await dirty()).toBe(true);
  });

  test("no repository, and one without a commit, have no state", async () => {
    expect(await readGit(projectFolder({}))).toBeUndefined();
    expect(await readGit((await repository()).folder)).toBeUndefined();
  });

  test("a repository that git refuses to read is an error, not no repository", async () => {
    const { folder } = await repository();
    writeFileSync(join(folder, ".git/config"), "[core\n");
    await expect(readGit(folder)).rejects.toMatchObject({ code: "INPUT_INVALID", message: expect.stringContaining("bad config") });
  });

  test("the project carries it, or what the caller knows", async () => {
    const { folder, git } = await repository();
    await git("add", ".");
    await git("commit", "-q", "-m", "one");
    const given = { commit: "f".repeat(40), tags: [], dirty: false, committedAt: 0 };
    expect((await load({ "compose.yaml": "services: {web: {image: a}}" }, { git: given })).git).toBe(given);
    expect((await load({}, { folder, git: undefined })).git?.branch).toBe("main");
  });
});

test.each([
  ["https://user:token@host/x", "https://host/x"],
  ["https://token@host/x", "https://host/x"],
  ["ssh://git@host/x", "ssh://host/x"],
  ["git@host:acme/x.git", "git@host:acme/x.git"],
  ["/srv/git/x", "/srv/git/x"],
])("%s shows as %s", (url, shown) => {
  expect(withoutCredentials(url)).toBe(shown);
});

test("tags that are no versions are left out", () => {
  expect(versionTags(["latest", "v1", "1.2", "v1.2.3", "release-1.2.3", "1.2.3"])).toEqual(["1.2.3", "v1.2.3"]);
});
