import { expect, test } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

test("keys in the order of their UTF-16 units at every depth, no spaces (RFC 8785, 3.2.3)", () => {
  const value = {
    "\u20ac": 1,
    "\r": 2,
    "\ufb33": 3,
    "1": 4,
    "\u{1F600}": 5,
    "\u0080": 6,
    "\u00f6": 7,
    nested: { b: [1, { z: 1, a: 2 }], a: null },
  };
  expect(canonicalJson(value)).toBe(
    '{"\\r":2,"1":4,"nested":{"a":null,"b":[1,{"a":2,"z":1}]},"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1F600}":5,"\ufb33":3}',
  );
});

test("equal content has equal bytes, whatever order it was made in", () => {
  expect(canonicalJson({ a: 1, b: { c: true, d: "x" } })).toBe(canonicalJson({ b: { d: "x", c: true }, a: 1 }));
});

test("what JSON has no value for is left out of objects", () => {
  expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
});

test("it reads back as what it was", () => {
  const value = { text: 'quote " slash \\ line \n tab \t \u0001', zero: 0, minus: -1.5, list: [[], {}, ""], __proto__x: true };
  expect(JSON.parse(canonicalJson(value))).toEqual(value);
});
