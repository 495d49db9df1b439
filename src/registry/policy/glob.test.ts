import { expect, test } from "vitest";
import { parseGlob } from "./glob.ts";

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
  ["", /expected 1 to 256/],
  ["a,b", /a comma has a meaning only in braces/],
  ["{a,b", /without its }/],
  ["a}", /without its {/],
  ["{a,{b,c}}", /inside of braces/],
  ["v[0-9]", /expected letters/],
  ["^v.*$", /expected letters/],
  ["a***", /whole parts/],
  ["a**b", /whole parts/],
  ["team**", /whole parts/],
  ["{a,b,c,d}{a,b,c,d}{a,b,c,d}{a,b}", /more than 64/],
  ["a".repeat(300), /1 to 256/],
])("%j is refused, not taken for one that matches nothing", (pattern, why) => {
  expect(() => parseGlob(pattern)).toThrow(why);
});

test("a pattern full of wildcards is answered at once", () => {
  const glob = parseGlob(`${"*a".repeat(100)}*b`);
  expect(glob("a".repeat(128))).toBe(false);
});
