import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Installation } from "./installation.ts";

export interface Tunnel {
  readonly version: string;
  /** Sends a word, and waits for it to come back. @throws when the tunnel is closed */
  echo(word: string): Promise<void>;
  /** When it was closed, in milliseconds since the epoch. */
  readonly closed: Promise<number>;
  /** Ends it from here. */
  close(): void;
}

/** A WebSocket as far as HAProxy is concerned: the handshake, then bytes both ways. @throws when it is not upgraded */
export const openTunnel = async ({ httpPort, host }: Pick<Installation, "httpPort" | "host">): Promise<Tunnel> => {
  const socket = connect(httpPort, "127.0.0.1");
  let heard = "";
  socket.setEncoding("utf8").on("data", (text: string) => (heard += text));
  socket.on("error", () => undefined);
  const closed = new Promise<number>((resolve) => socket.once("close", () => resolve(Date.now())));
  const hears = async (what: RegExp): Promise<string> => {
    for (let tries = 0; tries < 500; tries += 1) {
      const found = what.exec(heard)?.[0];
      if (found !== undefined) return found;
      if (socket.destroyed) break;
      await sleep(10);
    }
    throw new Error(`the tunnel said ${JSON.stringify(heard)}`);
  };
  socket.write(
    `GET /socket HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  const head = await hears(/[\s\S]*\r\n\r\n/);
  if (!head.startsWith("HTTP/1.1 101 ") || !head.includes("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) throw new Error(`no tunnel: ${head}`);
  return {
    version: /x-version: (\S+)/i.exec(head)?.[1] ?? "",
    echo: async (word) => {
      socket.write(word);
      await hears(new RegExp(word));
    },
    closed,
    close: () => socket.destroy(),
  };
};
