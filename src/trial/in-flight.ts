import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Probe } from "./lab/probe.ts";
import type { Running } from "./lab/running.ts";
import type { SmokeRequest } from "./smoke/request.ts";

/** Requests that were begun and are completed when it is asked for. */
export interface OpenRequests {
  /** How they are kept open. */
  readonly how: string;
  /** Sends the rest. @returns for each what went wrong, when it was not answered as it should be, and when its answer began or it was given up (performance.now) */
  readonly finish: () => Promise<readonly { readonly fault?: string; readonly at: number }[]>;
}

const ANSWER_MS = 10_000;
/** Who reads one connection after the other never reads the others in time. */
const TAKEN_MS = 3000;

/** How many connections to a port hold bytes that the program has not read; of those that it has not accepted too (proc(5), net/tcp and net/tcp6). */
export const unreadOn = (port: number, tables: string): number =>
  tables.split("\n").filter((row) => {
    const [, local = "", , state, queues = ""] = row.trim().split(/\s+/);
    return (
      state === "01" && Number.parseInt(local.split(":")[1] ?? "", 16) === port && Number.parseInt(queues.split(":")[1] ?? "0", 16) > 0
    );
  }).length;

/** Until the program has begun with all of them: what only the kernel has taken yet is not in its hands. */
const taken = async (probe: Probe, port: number): Promise<void> => {
  for (const begun = performance.now(); performance.now() - begun < TAKEN_MS; await sleep(50)) {
    const { output } = await probe.sh("cat /proc/net/tcp /proc/net/tcp6 2>/dev/null; true");
    if (unreadOn(port, output) === 0) return;
  }
};

/** Waits for the head of an answer: which status it has is what tells whether the request was served. */
const statusFrom = (stream: Duplex): Promise<string | undefined> =>
  new Promise((resolve) => {
    let text = "";
    const timer = setTimeout(() => resolve(undefined), ANSWER_MS);
    const done = (status: string | undefined): void => {
      clearTimeout(timer);
      resolve(status);
    };
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      const status = /^HTTP\/1\.[01] (\d{3})[^\r\n]*\r?\n/.exec(text)?.[1];
      // An interim answer (RFC 9110, 15.2) comes before the real one.
      if (status !== undefined && !status.startsWith("1")) done(status);
      else if (status !== undefined) text = text.slice(text.indexOf("\r\n\r\n") + 4);
    });
    for (const event of ["end", "close", "error"]) stream.once(event, () => done(undefined));
  });

/**
 * Opens requests whose end is held back: of one with a body the last byte, of one without the last line of its head. The server has accepted the connection
 * and read the rest; a server that only counts requests whose head is complete sees those with a body.
 */
export const openRequests = async (
  running: Running,
  { method, path, port = 80, headers = {}, body, expect }: SmokeRequest,
  count: number,
): Promise<OpenRequests> => {
  // A kept connection has answered before: then it is the server's to close, and a reset is a request lost.
  const text = body === undefined || body === "" ? undefined : body;
  const lines = [
    `${method} ${path} HTTP/1.1`,
    "host: localhost",
    "user-agent: seaworthy-trial",
    "connection: keep-alive",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(text === undefined ? [] : [`content-length: ${Buffer.byteLength(text)}`]),
  ];
  const first = text === undefined ? `${lines.join("\r\n")}\r\n` : `${lines.join("\r\n")}\r\n\r\n${text.slice(0, -1)}`;
  const last = text === undefined ? "\r\n" : text.slice(-1);
  const probe = await running.probe();
  const open = await Promise.all(
    Array.from({ length: count }, async () => {
      const stream = await running.dial(port);
      const status = statusFrom(stream);
      stream.on("error", () => undefined);
      stream.write(first);
      return { stream, status };
    }),
  );
  await sleep(50);
  await taken(probe, port);
  return {
    how: text === undefined ? "sending the end of its head late" : "sending the end of its body late",
    finish: async () => {
      for (const { stream } of open) if (stream.writable) stream.write(last);
      return Promise.all(
        open.map(async ({ stream, status }) => {
          const answered = await status;
          const at = performance.now();
          stream.destroy();
          if (answered === undefined) return { at, fault: "the connection was closed without an answer" };
          return expect === undefined || answered === String(expect) ? { at } : { at, fault: `answered ${answered} instead of ${expect}` };
        }),
      );
    },
  };
};
