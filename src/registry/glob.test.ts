import { expect, test } from "vitest";
import { parseGlob, parseRepositoryGlob } from "./glob.ts";

test.each([
  ["team/*", "team/app", true],
  ["team/*", "team/app/web", false],
  ["team/**", "team/app/web", true],
  ["**", "a/b/c", true],
  ["**/web", "team/app/web", true],
  ["{team,crew}/app", "crew/app", true],
  ["{team,crew}/app", "teamx/app", false],
  ["v1.?", "v1.2", true],
  ["v1.?", "v1x2", false],
  ["pr-*", "pr-12", true],
  ["1.2.3", "1x2x3", false],
  ["*", "latest", true],
])("%s against %s: %s", (pattern, name, matches) => {
  expect(parseGlob(pattern)(name)).toBe(matches);
});

test.each([
  ["", /expected 1 to 255/],
  ["a,b", /a comma has a meaning only in braces/],
  ["{a,b", /without its }/],
  ["a}", /without its {/],
  ["{a,{b,c}}", /inside of braces/],
  ["v[0-9]", /expected letters/],
  ["^v.*$", /expected letters/],
  ["a***", /whole parts/],
  ["a**b", /whole parts/],
  ["team**", /whole parts/],
  ["{x,*}*y", /stands in it/],
  ["a//b", /is empty/],
  ["{a,b,c,d}{a,b,c,d}{a,b,c,d}{a,b}", /more than 64/],
  ["a".repeat(300), /1 to 255/],
])("%j is refused, not taken for one that matches nothing", (pattern, why) => {
  expect(() => parseGlob(pattern)).toThrow(why);
});

test("a pattern full of wildcards is answered at once", () => {
  const glob = parseGlob(`${"*a".repeat(100)}*b`);
  expect(glob("a".repeat(128))).toBe(false);
});

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

test.each(["", "/", "a//b", "a/", "Team/*", "a/***", "a**/b", "a/[b]", "../x y", "a".repeat(256), "a\nb"])(
  "%j grants nothing: it is an error",
  (pattern) => {
    expect(() => parseRepositoryGlob(pattern)).toThrow(/not a pattern/);
  },
);

test("a pattern of nothing but stars costs no more than its length times the name's", () => {
  const began = performance.now();
  expect(parseRepositoryGlob(`${"*a".repeat(120)}b`)("a".repeat(255))).toBe(false);
  expect(parseRepositoryGlob(`${"**/a/".repeat(40)}b`)(Array.from({ length: 127 }, () => "a").join("/"))).toBe(false);
  expect(performance.now() - began).toBeLessThan(5000);
});
