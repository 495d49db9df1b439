import { describe, expect, test } from "vitest";
import { parseIgnoreFile } from "./ignore-file.ts";

const ignored = (text: string, ...paths: readonly string[]): readonly string[] => {
  const file = parseIgnoreFile(".dockerignore", text);
  return paths.filter((path) => file.ignores(path));
};

// The cases of moby/patternmatcher's own tests (Apache-2.0) that a build context can have, each: pattern, path, whether it matches.
describe("patterns", () => {
  test.each([
    ["**", "file", true],
    ["**", "dir/file", true],
    ["**/", "dir/file", true],
    ["**/**", "dir/file", true],
    ["dir/**", "dir/file", true],
    ["dir/**", "dir/dir2/file", true],
    ["**/dir", "dir", true],
    ["**/dir", "dir/file", true],
    ["**/dir2/*", "dir/dir2/file", true],
    ["**/dir2/**", "dir/dir2/dir2/file", true],
    ["**file", "file", true],
    ["**file", "dir/file", true],
    ["**/file", "dir/dir/file", true],
    ["**/file*", "dir/dir/file.txt", true],
    ["**/file*txt", "dir/dir/file.txt", true],
    ["**/file*.txt*", "dir/dir/file.txt", true],
    ["**/**/*.txt", "dir/dir/file.txt", true],
    ["**/**/*.txt2", "dir/dir/file.txt", false],
    ["**/*.txt", "file.txt", true],
    ["a**/*.txt", "a/file.txt", true],
    ["a**/*.txt", "a/dir/dir/file.txt", true],
    ["a/*.txt", "a/dir/file.txt", false],
    ["a/*.txt", "a/file.txt", true],
    ["a[b-d]e", "ae", false],
    ["a[b-d]e", "ace", true],
    ["a[b-d]e", "aae", false],
    ["a[^b-d]e", "aze", true],
    [".*", ".foo", true],
    [".*", "foo", false],
    ["abc.def", "abcdef", false],
    ["abc.def", "abc.def", true],
    ["abc?def", "abcZdef", true],
    ["abc?def", "abcdef", false],
    ["a\\*b", "a*b", true],
    ["**/foo/bar", "foo/bar", true],
    ["**/foo/bar", "dir/foo/bar", true],
    ["abc/**", "abc", false],
    ["/build", "build/x", true],
    ["build/", "build/x", true],
    ["*.key", "certs/a.key", false],
    ["**/*.key", "certs/a.key", true],
    ["./src", "src/a", true],
    ["a/../b", "b", true],
  ])("%s on %s: %s", (pattern, path, expected) => {
    expect(ignored(pattern, path)).toEqual(expected ? [path] : []);
  });
});

test("the last pattern that matches decides, folders carry what is in them", () => {
  expect(ignored("*\n!src\n**/*.test.js\n", "Dockerfile", ".git/HEAD", "src/a.js", "src/a.test.js", "src/deep/b.js")).toEqual([
    "Dockerfile",
    ".git/HEAD",
    "src/a.test.js",
  ]);
  expect(ignored("docs\n!docs/README.md\n", "docs/a.md", "docs/README.md")).toEqual(["docs/a.md"]);
  expect(ignored("!x\nx\n", "x")).toEqual(["x"]);
});

test("comments, blank lines, a byte order mark and CRLF are no patterns", () => {
  expect(ignored("\u{FEFF}# a\r\n\r\n  .env \r\n", ".env", "# a")).toEqual([".env"]);
});

test("what the engine would refuse is refused at its line", () => {
  expect(() => parseIgnoreFile(".dockerignore", "a\nb[\n")).toThrow(/^\.dockerignore:2:1: "b\[" is not a pattern/);
  expect(() => parseIgnoreFile(".dockerignore", "!\n")).toThrow(/"!" stands alone/);
  expect(() => parseIgnoreFile(".dockerignore", "x".repeat(600))).toThrow(expect.objectContaining({ code: "INPUT_TOO_LARGE" }));
});

test("a hostile pattern does not hold the check up", () => {
  const begun = performance.now();
  ignored(`${"**/a".repeat(20)}\n${"*a".repeat(20)}b`, "a/".repeat(60) + "x", "a".repeat(60));
  expect(performance.now() - begun).toBeLessThan(2000);
});
