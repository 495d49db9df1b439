import { createHash } from "node:crypto";
import { Agent, createServer, request } from "node:http";
import type { Duplex } from "node:stream";

/** A service's container, as a server of this process. */
export interface App {
  readonly version: string;
  readonly port: number;
  /** Requests it has answered. */
  readonly answered: () => number;
  /** Ends at once, whatever is connected: SIGKILL. */
  kill(): Promise<void>;
}

/** Answers its version; `/slow` after 300 ms; `/events` with an event stream that goes on, `/download` with one that is none; `/readyz` as told; upgrades are kept open. */
export const startApp = async (version: string): Promise<App> => {
  let answered = 0;
  const server = createServer((incoming, response) => {
    incoming.resume();
    incoming.on("end", () => {
      const answer = (): void => {
        if (incoming.url !== "/readyz") answered += 1;
        response.setHeader("x-version", version).end(version);
      };
      if (incoming.url === "/events" || incoming.url === "/download") {
        response.writeHead(200, { "content-type": incoming.url === "/events" ? "text/event-stream; charset=utf-8" : "text/plain" });
        const going = setInterval(() => response.write("data: 1\n\n"), 50);
        response.once("close", () => clearInterval(going));
      } else if (incoming.url?.startsWith("/slow") === true) setTimeout(answer, 300);
      else answer();
    });
  });
  const tunnels = new Set<Duplex>();
  server.on("upgrade", (request, socket) => {
    tunnels.add(socket);
    socket.on("error", () => undefined);
    // RFC 6455, 1.3: HAProxy lets nothing else through as a websocket.
    const accept = createHash("sha1")
      .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.on("data", (chunk) => socket.write(chunk));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the app has no port");
  return {
    version,
    port: address.port,
    answered: () => answered,
    kill: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const tunnel of tunnels) tunnel.destroy();
      }),
  };
};

export interface Answer {
  readonly status: number;
  readonly version: string;
}

/** One request of its own connection unless an agent is given. */
export const ask = (
  port: number,
  {
    host = "web.example",
    path = "/",
    method = "GET",
    agent,
  }: { readonly host?: string; readonly path?: string; readonly method?: string; readonly agent?: Agent } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      { host: "127.0.0.1", port, path, method, headers: { host }, ...(agent === undefined ? { agent: false } : { agent }) },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, version: body }));
      },
    );
    outgoing.setTimeout(10_000, () => outgoing.destroy(new Error("no answer within 10 s")));
    outgoing.on("error", reject);
    outgoing.end(method === "POST" ? "order" : undefined);
  });

export interface Load {
  readonly failures: readonly string[];
  readonly requests: () => number;
  stop(): Promise<void>;
}

/** Strict clients: each one connection, one request after another, half of them POST, some slow, no retries; whatever is no whole 200 is a failure. */
export const startClients = (port: number, clients = 16): Load => {
  const failures: string[] = [];
  let requests = 0;
  const stopping = new AbortController();
  const one = async (number: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let round = number; !stopping.signal.aborted; round += 1) {
      requests += 1;
      try {
        const { status, version } = await ask(port, {
          agent,
          method: round % 2 === 0 ? "POST" : "GET",
          path: round % 20 === 0 ? "/slow" : "/",
        });
        if (status !== 200) failures.push(`${status} ${version.slice(0, 80)}`);
      } catch (error) {
        failures.push(String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, 5 + (number % 7)));
    }
    agent.destroy();
  };
  const all = Promise.all(Array.from({ length: clients }, (_, number) => one(number)));
  return {
    failures,
    requests: () => requests,
    stop: async () => {
      stopping.abort();
      await all;
    },
  };
};
