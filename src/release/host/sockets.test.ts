import { expect, test } from "vitest";
import { readSockets } from "./sockets.ts";

const HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const FOUR = `${HEAD}   0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 10951089 1 00000000c166f1ee 100 0 0 10 0
   1: 020012AC:0BB8 010012AC:A18F 01 00000000:00000000 00:00000000 00000000     0        0 42 1 000000002cd38fae 100 0 1 10 0
`;
const SIX = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0000000000000000FFFF0000020012AC:0BB8 0000000000000000FFFF00000A0A0A0A:FFFF 03 00000000:00000000 00:00000000 00000000     0        0 7 1 0 20 4 30 10 -1
   1: 00000000000000000000000000000000:1F0A 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 8 1 000000000fb73135 100 0 0 10 0
`;

test("addresses, ports, states and inodes of IPv4 sockets", () => {
  expect(readSockets(FOUR)).toEqual([
    { localAddress: "127.0.0.1", localPort: 80, remoteAddress: "0.0.0.0", remotePort: 0, state: "listening", inode: "10951089" },
    { localAddress: "172.18.0.2", localPort: 3000, remoteAddress: "172.18.0.1", remotePort: 41_359, state: "established", inode: "42" },
  ]);
});

test("IPv4 that the kernel has mapped into IPv6 is IPv4", () => {
  expect(readSockets(SIX)).toMatchObject([
    { localAddress: "172.18.0.2", localPort: 3000, remoteAddress: "10.10.10.10", remotePort: 65_535, state: "opening" },
    { localAddress: "0".repeat(32), localPort: 7946, state: "listening" },
  ]);
});

test("a kernel without it, and lines that are none", () => {
  expect(readSockets("")).toEqual([]);
  expect(readSockets("nonsense\n   0: zz\n")).toEqual([]);
});
