import { expect, test } from "vitest";
import { unreadOn } from "./in-flight.ts";

/** As the kernel writes it: a listener, a connection that was read, one that was not, one to another port, one that is closing. */
const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0BB8 00000000:0000 0A 00000000:00000002 00:00000000 00000000 65532        0 77129 1 0000000000000000 100 0 0 10 0
   1: 030012AC:0BB8 010012AC:D0F2 01 00000000:00000000 00:00000000 00000000 65532        0 77131 1 0000000000000000 20 4 30 10 -1
   2: 030012AC:0BB8 010012AC:D0F4 01 00000000:0000005B 00:00000000 00000000     0        0 0 1 0000000000000000 20 4 30 10 -1
   3: 030012AC:23F5 010012AC:D0F6 01 00000000:00000011 00:00000000 00000000     0        0 0 1 0000000000000000 20 4 30 10 -1
   4: 030012AC:0BB8 010012AC:D0F8 08 00000000:00000001 00:00000000 00000000     0        0 0 1 0000000000000000 20 4 30 10 -1
`;

test("what a program has not read of its connections is counted by port; a listener's queue is none", () => {
  expect(unreadOn(3000, TABLE)).toBe(1);
  expect(unreadOn(9205, TABLE)).toBe(1);
  expect(unreadOn(80, TABLE)).toBe(0);
  expect(unreadOn(3000, TABLE.replace("0000005B", "00000000"))).toBe(0);
});
