import { expect, test } from "vitest";
import { parseRepositoryGlob } from "./glob.ts";

test.each([
  ["team/app", "team/app", true],
  ["team/app", "team/apps", false],
  ["team/app", "team", false],
  ["team/*", "team/app", true],
  ["team/*", "team", false],
  ["team/*", "team/app/web", false],
  ["team/*", "teams/app", false],
  ["team/**", "team/app/web", true],
  ["team/**", "team", true],
  ["team/**", "teams/app", false],
  ["**", "any/thing/at/all", true],
  ["*", "one", true],
  ["*", "one/two", false],
  ["**/app", "a/b/app", true],
  ["**/app", "app", true],
  ["**/app", "a/apps", false],
  ["a/**/z", "a/z", true],
  ["a/**/z", "a/b/c/z", true],
  ["a/**/z", "a/b/c", false],
  ["shop-*/web", "shop-eu/web", true],
  ["*-cache", "web-cache", true],
  ["*-cache", "web-cachet", false],
  ["a*b*c", "aXbYbZc", true],
])("%s over %s: %s", (pattern, name, expected) => {
  expect(parseRepositoryGlob(pattern)(name)).toBe(expected);
});

test.each(["", "/", "a//b", "a/", "Team/*", "a/***", "a**/b", "{a,b}", "a?b", "a/[b]", "../x y", "a".repeat(256), "a\nb"])(
  "%j grants nothing: it is an error",
  (pattern) => {
    expect(() => parseRepositoryGlob(pattern)).toThrow(/not a pattern of repository names/);
  },
);

test("a pattern of nothing but stars costs no more than its length times the name's", () => {
  const began = performance.now();
  expect(parseRepositoryGlob(`${"*a".repeat(120)}b`)("a".repeat(255))).toBe(false);
  expect(parseRepositoryGlob(`${"**/a/".repeat(40)}b`)(Array.from({ length: 127 }, () => "a").join("/"))).toBe(false);
  expect(performance.now() - began).toBeLessThan(5000);
});
