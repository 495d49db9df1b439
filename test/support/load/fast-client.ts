import { connect, type Socket } from "node:net";

/**
 * A strict client for many requests: kept connections, each one request after another, half of them POST, no second try. Every answer must be whole, have the status
 * 200 and repeat the id of its own request; whatever else comes instead is a failure. Written on sockets, because a million requests through node:http would measure
 * the client.
 */
export interface FastClient {
  /** Sends no more, and waits for what is under way. */
  stop(): Promise<FastLedger>;
}

export interface FastLedger {
  readonly requests: number;
  readonly ok: number;
  /** Each with what came instead, the first hundred of them. */
  readonly failures: readonly string[];
  readonly failed: number;
  /** Connections opened; one that the other side closes between two answers is opened again, and that is no failure. */
  readonly opened: number;
  /** By the header `x-version`. */
  readonly versions: Readonly<Record<string, number>>;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

export interface FastOptions {
  readonly port: number;
  readonly host: string;
  readonly connections: number;
  /** Over all connections; what no free connection can take at its time is not sent later. */
  readonly ratePerSecond: number;
}

const TICK_MS = 5;
const TIMEOUT_MS = 10_000;
const HEAD_END = "\r\n\r\n";

interface Asked {
  readonly id: string;
  readonly sentMs: number;
}

/** `undefined` while the answer is not whole yet. */
const wholeAnswer = (text: string): { readonly head: string; readonly body: string; readonly rest: string } | undefined => {
  const end = text.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  const from = end + HEAD_END.length;
  return text.length < from + length ? undefined : { head, body: text.slice(from, from + length), rest: text.slice(from + length) };
};

export const startFastClient = ({ port, host, connections, ratePerSecond }: FastOptions): FastClient => {
  const startedMs = performance.now();
  const idle: Connection[] = [];
  const failures: string[] = [];
  const versions: Record<string, number> = {};
  const latenciesMs: number[] = [];
  let [requests, ok, failed, opened, busy, due] = [0, 0, 0, 0, 0, 0];
  let drained: (() => void) | undefined;

  const fail = ({ id }: Asked, why: string): void => {
    failed += 1;
    if (failures.length < 100) failures.push(`${id}: ${why}`);
  };

  class Connection {
    #socket: Socket | undefined;
    #asked: Asked | undefined;
    #text = "";

    send(): void {
      requests += 1;
      busy += 1;
      const asked: Asked = { id: `id-${requests}`, sentMs: performance.now() };
      this.#asked = asked;
      this.#text = "";
      const head = `Host: ${host}\r\nX-Id: ${asked.id}\r\n`;
      (this.#socket ??= this.#open()).write(
        requests % 2 === 0
          ? `GET / HTTP/1.1\r\n${head}\r\n`
          : `POST /orders HTTP/1.1\r\n${head}Content-Length: ${asked.id.length}\r\n\r\n${asked.id}`,
      );
    }

    #open(): Socket {
      opened += 1;
      const socket = connect({ port, host: "127.0.0.1", noDelay: true }).setEncoding("latin1");
      socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error("no whole answer within 10 s")));
      let why = "the connection was closed";
      socket.on("data", (chunk: string) => this.#read(chunk));
      socket.on("error", (error) => (why = error.message));
      socket.on("close", () => {
        if (this.#socket === socket) this.#socket = undefined;
        if (this.#asked !== undefined) this.#done(this.#text === "" ? why : `${why} after ${JSON.stringify(this.#text.slice(-60))}`);
      });
      return socket;
    }

    #read(chunk: string): void {
      this.#text += chunk;
      const answer = wholeAnswer(this.#text);
      if (answer === undefined || this.#asked === undefined) return;
      const { head, body, rest } = answer;
      const version = /^x-version: *(\S+)/im.exec(head)?.[1] ?? "";
      if (/^connection: *close/im.test(head)) this.#close();
      const right = head.startsWith("HTTP/1.1 200 ") && body === this.#asked.id && version !== "" && rest === "";
      if (right) versions[version] = (versions[version] ?? 0) + 1;
      this.#done(right ? undefined : `${head.split("\r\n", 1).join("")}, x-version ${version}, body ${JSON.stringify(body.slice(0, 100))}`);
    }

    #done(why: string | undefined): void {
      const asked = this.#asked;
      if (asked === undefined) return;
      this.#asked = undefined;
      busy -= 1;
      if (why === undefined) {
        ok += 1;
        latenciesMs.push(performance.now() - asked.sentMs);
      } else {
        fail(asked, why);
        this.#close();
      }
      idle.push(this);
      if (busy === 0) drained?.();
    }

    #close(): void {
      this.#socket?.destroy();
      this.#socket = undefined;
    }

    end(): void {
      this.#close();
    }
  }

  for (let count = 0; count < connections; count += 1) idle.push(new Connection());
  const timer = setInterval(() => {
    const target = ((performance.now() - startedMs) / 1000) * ratePerSecond;
    for (; due < target; due += 1) {
      const free = idle.shift();
      if (free === undefined) {
        due = target;
        return;
      }
      free.send();
    }
  }, TICK_MS);

  return {
    stop: async () => {
      clearInterval(timer);
      if (busy > 0) await new Promise<void>((resolve) => (drained = resolve));
      for (const one of idle) one.end();
      const sorted = Float64Array.from(latenciesMs).sort();
      return {
        requests,
        ok,
        failed,
        failures,
        opened,
        versions,
        p99Ms: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0,
        slowestMs: sorted.at(-1) ?? 0,
      };
    },
  };
};
