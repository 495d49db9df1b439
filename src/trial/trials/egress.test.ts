import { expect, test } from "vitest";
import { allows } from "./egress.ts";

test.each([
  [["api.stripe.com"], { to: "api.stripe.com", port: 443 }, true],
  [["API.stripe.com:443"], { to: "api.stripe.com", port: 443 }, true],
  [["api.stripe.com:443"], { to: "api.stripe.com", port: 80 }, false],
  [["api.stripe.com:443"], { to: "api.stripe.com" }, true],
  [["stripe.com"], { to: "api.stripe.com", port: 443 }, false],
  [["*.stripe.com"], { to: "api.stripe.com", port: 443 }, true],
  [["*.stripe.com"], { to: "stripe.com", port: 443 }, false],
  [["*.stripe.com"], { to: "evilstripe.com", port: 443 }, false],
  [["203.0.113.7:9"], { to: "203.0.113.7", port: 9 }, true],
  [[], { to: "a.example", port: 1 }, false],
] as const)("%j and %j", (declared, contact, expected) => {
  expect(allows(declared, contact)).toBe(expected);
});
