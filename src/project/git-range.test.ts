import { expect, test } from "vitest";
import { exec } from "../core/index.ts";
import { commitsBetween, commitSubject } from "./git-range.ts";
import { readGit } from "./git.ts";
import { projectFolder } from "./project.fixture.ts";

const repository = async () => {
  const folder = projectFolder({ "compose.yaml": "services: {}" });
  const git = async (...args: readonly string[]): Promise<void> => {
    const env = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null", GIT_DIR: undefined };
    const { exitCode, stderr } = await exec("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", ...args], { env });
    if (exitCode !== 0) throw new Error(stderr);
  };
  await git("init", "-q", "-b", "main");
  const commit = async (subject: string): Promise<string> => {
    await git("commit", "-q", "--allow-empty", "-m", subject);
    return (await readGit(folder))?.commit ?? "";
  };
  return { folder, git, commit };
};

test("forward, back, apart, nothing", async () => {
  const { folder, git, commit } = await repository();
  const first = await commit("one");
  const second = await commit("two: with\ta tab");
  const third = await commit("three");
  expect(await commitsBetween(folder, first, third)).toEqual({
    way: "forward",
    count: 2,
    commits: [
      { id: third, subject: "three" },
      { id: second, subject: "two: with\ta tab" },
    ],
  });
  expect(await commitsBetween(folder, third, first)).toMatchObject({ way: "back", count: 2, commits: [{ subject: "three" }, {}] });
  expect(await commitsBetween(folder, third, third)).toEqual({ way: "forward", count: 0, commits: [] });
  await git("checkout", "-q", "-b", "other", first);
  const beside = await commit("beside");
  expect(await commitsBetween(folder, third, beside)).toMatchObject({ way: "apart", count: 1, commits: [{ subject: "beside" }] });
});

test("fifty are listed, all are counted", async () => {
  const { folder, commit } = await repository();
  const first = await commit("first");
  let last = first;
  for (let number = 0; number < 53; number += 1) last = await commit(`change ${number}`);
  const range = await commitsBetween(folder, first, last);
  expect([range.commits.length, range.count]).toEqual([50, 53]);
});

test.each([
  ["--output=/tmp/x", "is not the id of a commit"],
  ["main", "is not the id of a commit"],
  ["0".repeat(40), "git cannot compare"],
])("%s is refused", async (from, words) => {
  const { folder, commit } = await repository();
  const to = await commit("one");
  await expect(commitsBetween(folder, from, to)).rejects.toMatchObject({ code: "INPUT_INVALID", message: expect.stringContaining(words) });
});

test("what a commit says of itself; nothing where it is not known", async () => {
  const { folder, commit } = await repository();
  const known = await commit("faster search\n\nbecause of the index");
  expect(await commitSubject(folder, known)).toBe("faster search");
  expect(await commitSubject(folder, "a".repeat(40))).toBeUndefined();
  expect(await commitSubject(folder, "--all")).toBeUndefined();
  expect(await commitSubject(projectFolder({ "compose.yaml": "services: {}" }), known)).toBeUndefined();
});
