import { expect, test } from "vitest";
import { contactsOf, lastAddress, nameIn } from "./outside.ts";

const question = (name: string): string =>
  Buffer.concat(name.split(".").flatMap((part) => [Buffer.from([part.length]), Buffer.from(part)])).toString("hex");

test("a name of a question, as DNS writes it", () => {
  expect(nameIn("036170690673747269706503636f6d")).toBe("api.stripe.com");
  expect(nameIn("")).toBe("");
  // A length that is longer than what there is: whatever comes, an answer comes.
  expect(nameIn("ff61")).toBe("a");
});

test("names with the ports that were tried, names that were only asked for, and addresses that nobody asked for", () => {
  const asked = [
    `${question("api.stripe.com")} c6125bbd`,
    `${question("api.stripe.com")} `,
    `${question("only-asked.example")} c6120001`,
    `${question("7.113.0.203.in-addr.arpa")} `,
    "",
  ].join("\n");
  // As /proc/net/tcp has them: 198.18.91.189:443, 203.0.113.7:9, the lab's own 172.26.0.3:5432, loopback.
  const tried = "BD5B12C6:01BB\n077100CB:0009\n03001AAC:1538\n0100007F:0050\n";
  expect(contactsOf(asked, tried, new Set(["172.26.0.3"]))).toEqual([
    { to: "203.0.113.7", port: 9 },
    { to: "api.stripe.com", port: 443 },
    { to: "only-asked.example" },
  ]);
});

test.each([
  ["172.26.0.0/16", "172.26.255.254"],
  ["192.168.208.0/20", "192.168.223.254"],
  ["10.1.2.64/26", "10.1.2.126"],
  ["fd00::/64", undefined],
])("the last address of %s", (subnet, expected) => {
  expect(lastAddress(subnet)).toBe(expected);
});
