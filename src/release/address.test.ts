import { describe, expect, test } from "vitest";
import { choosePool, freeAddresses, INGRESS_BITS, isGiven, PROJECT_BITS } from "./address.ts";

const subnet = (...taken: readonly string[]): string => choosePool(taken, INGRESS_BITS).subnet;

describe("the range of a network", () => {
  test("gives the engine its upper half, so that a restart never takes a fixed address", () => {
    expect(choosePool([], INGRESS_BITS)).toEqual({ subnet: "10.209.0.0/24", gateway: "10.209.0.1", ipRange: "10.209.0.128/25" });
    expect(choosePool(["10.209.1.7/24"], PROJECT_BITS)).toEqual({
      subnet: "10.209.4.0/22",
      gateway: "10.209.4.1",
      ipRange: "10.209.6.0/23",
    });
  });

  test.each([
    ["the same", "10.209.0.0/24", "10.209.1.0/24"],
    ["a part of it", "10.209.0.64/26", "10.209.1.0/24"],
    ["a single address", "10.209.0.7/32", "10.209.1.0/24"],
    ["an address without a length", "10.209.0.7", "10.209.1.0/24"],
    ["an interface's own address with its length", "10.209.0.5/22", "10.209.4.0/24"],
    ["an odd length that begins before it", "10.208.0.0/15", "172.29.0.0/24"],
    ["an odd length inside", "10.209.0.0/23", "10.209.2.0/24"],
    ["all of 10.0.0.0/8", "10.17.3.4/8", "172.29.0.0/24"],
    ["beside it", "10.208.255.0/24", "10.209.0.0/24"],
    ["another range", "172.17.0.0/16", "10.209.0.0/24"],
    ["IPv6", "fd00::/8", "10.209.0.0/24"],
    ["no subnet", "10.209.0.0/abc", "10.209.0.0/24"],
    ["no address", "10.209.0.256/24", "10.209.0.0/24"],
    ["a length that is none", "10.209.0.0/33", "10.209.0.0/24"],
  ])("stays clear of %s: %s", (_, taken, expected) => {
    expect(subnet(taken)).toBe(expected);
  });

  test("takes the first gap", () => {
    expect(subnet("10.209.0.0/24", "10.209.2.0/24", "10.209.1.0/25")).toBe("10.209.3.0/24");
  });

  test("the last one there is, and then none", () => {
    const all = ["10.0.0.0/8", "172.16.0.0/12", ...Array.from({ length: 255 }, (_, third) => `192.168.${third}.0/24`)];
    expect(subnet(...all)).toBe("192.168.255.0/24");
    expect(() => subnet(...all, "192.168.255.0/24")).toThrow(expect.objectContaining({ code: "STATE_NEEDS_PERSON" }));
    expect(() => subnet("0.0.0.0/0")).toThrow(expect.objectContaining({ code: "STATE_NEEDS_PERSON" }));
    expect(() => choosePool(all, PROJECT_BITS)).toThrow(/every \/22 of 10\.209\.0\.0\/16, .* is in use/);
  });
});

describe("addresses", () => {
  test("are the lowest that nobody has, never the gateway's nor the engine's half", () => {
    expect(freeAddresses("10.209.3.0/24", new Set(["10.209.3.2", "10.209.3.4"]), 3)).toEqual(["10.209.3.3", "10.209.3.5", "10.209.3.6"]);
    const all = freeAddresses("10.209.3.0/24", new Set(), 126);
    expect([all[0], all.at(-1)]).toEqual(["10.209.3.2", "10.209.3.127"]);
    const many = freeAddresses("10.209.4.0/22", new Set(), 510);
    expect([many[0], many.at(-1), new Set(many).size]).toEqual(["10.209.4.2", "10.209.5.255", 510]);
    expect(() => freeAddresses("10.209.4.0/22", new Set(), 511)).toThrow(/has 510 free addresses; 511 are needed/);
  });
  test("of a stopped container stay its own", () => {
    expect(freeAddresses("10.209.3.0/24", new Set(["10.209.3.2"]), 1)).toEqual(["10.209.3.3"]);
  });
  test("none are wanted, none are given", () => {
    expect(freeAddresses("10.209.3.0/24", new Set(), 0)).toEqual([]);
  });
  test("too few are refused with both numbers", () => {
    const used = new Set(freeAddresses("10.209.3.0/24", new Set(), 124));
    expect(freeAddresses("10.209.3.0/24", used, 2)).toHaveLength(2);
    expect(() => freeAddresses("10.209.3.0/24", used, 3)).toThrow(
      expect.objectContaining({ code: "STATE_NEEDS_PERSON", message: expect.stringMatching(/has 2 free addresses; 3 are needed/) }),
    );
  });
  test("are ours only in the lower half, after the gateway's", () => {
    const given = (range: string, ...addresses: readonly string[]) => addresses.map((address) => isGiven(range, address));
    expect(given("10.209.3.0/24", "10.209.3.2", "10.209.3.127")).toEqual([true, true]);
    expect(given("10.209.3.0/24", "10.209.3.1", "10.209.3.128", "10.209.2.9", "", "fd00::2")).toEqual([false, false, false, false, false]);
    expect(given("10.209.4.0/22", "10.209.5.255", "10.209.6.0")).toEqual([true, false]);
  });
});
