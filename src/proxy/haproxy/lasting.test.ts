import { expect, test } from "vitest";
import { endLasting } from "./lasting.ts";
import type { Runtime } from "./runtime.ts";

interface Stream {
  readonly id: string;
  readonly place: string;
  /** What HAProxy 2.6.12 writes of it in `show sess 0x...`. */
  readonly task?: string;
  readonly txn?: string;
}

const WEBSOCKET = "  txn=0x1 flags=0x3000 meth=1 status=101 req.st=MSG_TUNNEL rsp.st=MSG_TUNNEL req.f=0x4c rsp.f=0x0e";
const DOWNLOAD = "  txn=0x1 flags=0x3000 meth=1 status=200 req.st=MSG_DONE rsp.st=MSG_DATA req.f=0x4c rsp.f=0x0e";
const PENDING = "  txn=0x1 flags=0x3000 meth=1 status=-1 req.st=MSG_DONE rsp.st=MSG_RPBEFORE req.f=0x4c rsp.f=0x00";
const MARKED = "  task=0x2 (state=0x00 nice=1 calls=3 rate=0 exp=1s tmask=0x1 age=1s)";
const PLAIN = "  task=0x2 (state=0x00 nice=0 calls=3 rate=0 exp=1s tmask=0x1 age=1s)";

const haproxy = (streams: readonly Stream[]) => {
  const said: string[] = [];
  const here = new Map(streams.map((one) => [one.id, one]));
  const one = (command: string): string => {
    const id = /0x[0-9a-f]+$/.exec(command)?.[0] ?? "";
    if (command === "show sess")
      return [...here.values()]
        .map(({ id: address, place }) => `${address}: proto=tcpv4 src=127.0.0.1:1 fe=http ${place} ts=00 age=1s`)
        .join("\n");
    if (command.startsWith("show sess")) {
      const found = here.get(id);
      const server = / srv=(\S+)/.exec(` ${found?.place}`)?.[1] ?? "";
      return found === undefined
        ? "no session\n"
        : `${id}: [21/Nov/2026:08:44:51.875089] id=0 proto=tcpv4\n  server=${server} (id=1) addr=127.0.0.1:1\n${found.task ?? PLAIN}\n${found.txn ?? ""}\n`;
    }
    said.push(command);
    return here.delete(id) ? "" : "No such session (use 'show sess').\n";
  };
  const runtime: Runtime = async (commands) => commands.split(";").map(one).join("\n");
  return { runtime, said, left: () => [...here.keys()] };
};

const OURS = "be=shop.web srv=r1-1";
const STREAMS: readonly Stream[] = [
  { id: "0xa1", place: OURS, txn: WEBSOCKET },
  { id: "0xa2", place: OURS, txn: PENDING },
  { id: "0xa3", place: OURS, txn: DOWNLOAD },
  { id: "0xa4", place: OURS, txn: DOWNLOAD, task: MARKED },
  { id: "0xa5", place: "be=shop.web srv=r2-1", txn: WEBSOCKET },
  { id: "0xa6", place: "be=shop.web:next srv=r1-1", txn: WEBSOCKET },
];

test("upgraded connections and event streams of the server are ended; requests, downloads and other servers' are not", async () => {
  const { runtime, left } = haproxy(STREAMS);
  expect(await endLasting(runtime, "shop.web", "r1-1", 100)).toEqual({ there: 2, ended: 2, streams: 1 });
  expect(left()).toEqual(["0xa2", "0xa3", "0xa5", "0xa6"]);
});

test("no more than asked for are ended, and none when only their number is asked", async () => {
  const many = Array.from({ length: 230 }, (_, index) => ({ id: `0x${(0xb000 + index).toString(16)}`, place: OURS, txn: WEBSOCKET }));
  const { runtime, said, left } = haproxy(many);
  expect(await endLasting(runtime, "shop.web", "r1-1", 0)).toEqual({ there: 230, ended: 0, streams: 0 });
  expect(said).toEqual([]);
  expect(await endLasting(runtime, "shop.web", "r1-1", 70)).toEqual({ there: 230, ended: 70, streams: 0 });
  expect(left()).toHaveLength(160);
});
