import { expect, test } from "vitest";
import { isNetwork } from "./network.ts";

test.each(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1", "0.0.0.0/0"])("%s is an address or a network", (text) => {
  expect(isNetwork(text)).toBe(true);
});
test.each([
  "",
  "10.0.0.0/33",
  "10.0.0/8",
  "2001:db8::/129",
  "fe80::1%eth0",
  "10.0.0.0/8/8",
  "10.0.0.0/",
  "10.0.0.0/8 }",
  "shop.example",
  "10.0.0.1\n",
])("%j is none", (text) => {
  expect(isNetwork(text)).toBe(false);
});
