import { expect, test } from "vitest";
import { isHostName } from "./host-name.ts";
import { isRequestTarget } from "./request-target.ts";

test.each(["shop.acme.example", "localhost", "a", "a-b.c", "127.0.0.1", "xn--grsse-kva.example", `${"a".repeat(63)}.example`])(
  "%s is a host name",
  (text) => {
    expect(isHostName(text)).toBe(true);
  },
);

test.each([
  "",
  "Shop.example",
  "-a.example",
  "a-.example",
  "a..b",
  ".a",
  "a.",
  "a b",
  "a\n",
  "a\nb",
  "a:80",
  "a/b",
  "a_b",
  "*",
  "a#b",
  "a{b}",
  "größe.example",
  `${"a".repeat(64)}.example`,
  "a.".repeat(130) + "a",
])("%j is no host name", (text) => {
  expect(isHostName(text)).toBe(false);
});

test.each(["/", "/readyz", "/a/b-c_d~e.f", "/x?y=1&z=%20", "/a:b@c;d,e(f)*!$+"])("%s can be asked for", (text) => {
  expect(isRequestTarget(text)).toBe(true);
});

test.each([
  "",
  "readyz",
  "http://a/",
  "/a b",
  "/a\n",
  "/a\n    server evil 192.0.2.1:80",
  "/a\r\nX: y",
  "/a#b",
  "/a'b",
  '/a"b',
  "/a\\b",
  "/a\tb",
  "/a\0b",
  "/a{b}",
  "/a|b",
  "/ü",
  `/${"a".repeat(512)}`,
])("%j cannot", (text) => {
  expect(isRequestTarget(text)).toBe(false);
});
