import { expect, test } from "vitest";
import type { Probe } from "./probe.ts";
import { lookAt } from "./processes.ts";

/** What a kernel said (6.18, in a container of node), with a command line that imitates the marks. */
const answering = (text: (mark: string) => string): Probe => ({
  sh: async (script) => ({ exitCode: 0, output: text(/^m=(\w+)/.exec(script)?.[1] ?? "") }),
  dial: () => Promise.reject(new Error("not asked for")),
});

const STATUS = `Name:\tnode
State:\tS (sleeping)
PPid:\t0
Uid:\t65532\t65532\t0\t65532
Gid:\t65532\t65532\t65532\t65532
Threads:\t7
SigIgn:\t0000000001001000
SigCgt:\t0000000100004602
CapEff:\t0000000000000000
CapBnd:\t00000000a80425fb
NoNewPrivs:\t1
Seccomp:\t2
Command:\tnode =m=tcp server.js `;

test("processes and listeners as the kernel tells them; the probe's own and the engine's are left out", async () => {
  const seen = await lookAt(
    answering(
      (mark) => `=${mark}=1
${STATUS}
=${mark}=77
Name:\tbusybox
Uid:\t64123\t64123\t64123\t64123
Command:\tsleep
=${mark}=78
Name:\tbusybox
PPid:\t0
Uid:\t0\t0\t0\t0
Command:\t/bin/busybox sleep 3600 
=${mark}=79
Name:\trunc:[2:INIT]
PPid:\t0
Uid:\t0\t0\t0\t0
CapEff:\t00000000a80425fb
Seccomp:\t0
Command:\trunc init 
=${mark}=tcp
  sl  local_address rem_address   st
   0: 0B00007F:A27D 00000000:0000 0A 0
   1: 0100007F:0BB8 00000000:0000 0A 0
   2: 0200A8C0:0BB8 0300A8C0:D431 01 0
=${mark}=tcp6
  sl  local_address remote_address st
   0: 00000000000000000000000000000000:0BB9 00000000000000000000000000000000:0000 0A 0
   1: 0000000000000000FFFF00000100007F:0BBA 00000000000000000000000000000000:0000 0A 0
   2: 00000000000000000000000001000000:0BBB 00000000000000000000000000000000:0000 0A 0
=${mark}=udp
  sl  local_address rem_address   st
   0: 00000000:0035 00000000:0000 07 0
`,
    ),
  );
  expect(seen.processes).toEqual([
    {
      pid: 1,
      parent: 0,
      name: "node",
      state: "S",
      command: "node =m=tcp server.js",
      uids: [65532, 65532, 0, 65532],
      gids: [65532, 65532, 65532, 65532],
      caught: 0x1_0000_4602n,
      ignored: 0x100_1000n,
      capEffective: 0n,
      capBounding: 0xa804_25fbn,
      noNewPrivileges: true,
      seccomp: 2,
      threads: 7,
    },
  ]);
  expect(seen.listeners).toEqual([
    { protocol: "tcp", address: "127.0.0.1", port: 3000 },
    { protocol: "tcp", address: "::", port: 3001 },
    { protocol: "tcp", address: "127.0.0.1", port: 3002 },
    { protocol: "tcp", address: "::1", port: 3003 },
    { protocol: "udp", address: "0.0.0.0", port: 53 },
  ]);
});
