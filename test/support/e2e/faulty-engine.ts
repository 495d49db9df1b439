import { request as httpRequest, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * What becomes of one call: `refuse` answers 500 and does nothing, `cut` closes the connection and does nothing, `lose` lets the engine do it and
 * closes the connection instead of the answer, `hang` never answers and does nothing, `stall` lets the engine do it and never answers.
 */
export type Fault = "refuse" | "cut" | "lose" | "hang" | "stall";

/** A socket before an engine's own, on which chosen calls go wrong. */
export interface FaultyEngine extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly dockerHost: string;
  /** Kinds of calls in the order in which they first came, e.g. `POST /containers/*\/start`. */
  readonly seen: ReadonlySet<string>;
  /** The first call of that kind from now on goes wrong, or the one after so many; undefined: none does. */
  breakNext(kind: string | undefined, fault: Fault, after?: number): void;
  /** Whether it came to that. */
  readonly broke: boolean;
}

/** The call without the names in it. */
const kindOf = ({ method = "", url = "" }: IncomingMessage): string => {
  const path = url
    .replace(/\?.*$/, "")
    .replace(/^\/v[\d.]+/, "")
    .replace(/^\/images\/.+\/(json|tag|get|push)$/, "/images/*/$1")
    .replace(/^\/images\/(?!create|load|json).+$/, "/images/*")
    .replace(/^\/(containers|networks|volumes)\/(?!json|create)[^/]+/, "/$1/*");
  return `${method} ${path}`;
};

const forward = (socketPath: string, request: IncomingMessage, response: ServerResponse, fault?: "lose" | "stall"): void => {
  const { method, url, headers } = request;
  const onward = httpRequest({ socketPath, method, path: url, headers }, (answer) => {
    if (fault !== undefined) {
      answer.resume().once("end", () => (fault === "lose" ? response.destroy() : undefined));
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
    answer.once("error", () => response.destroy());
  });
  onward.once("error", () => response.destroy());
  response.once("close", () => onward.destroy());
  request.pipe(onward);
};

export const startFaultyEngine = async (socketPath: string, listenAt: string): Promise<FaultyEngine> => {
  const seen = new Set<string>();
  const sockets = new Set<Socket>();
  let next: { readonly kind: string; readonly fault: Fault; after: number } | undefined;
  let broke = false;
  const server = createServer((request, response) => {
    const kind = kindOf(request);
    seen.add(kind);
    if (next?.kind !== kind || next.after-- > 0) return forward(socketPath, request, response);
    const { fault } = next;
    next = undefined;
    broke = true;
    if (fault === "cut") return void request.socket.destroy();
    if (fault === "lose" || fault === "stall") return forward(socketPath, request, response, fault);
    request.resume();
    if (fault === "refuse")
      response.writeHead(500, { "content-type": "application/json" }).end(JSON.stringify({ message: "the test lets this call fail" }));
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(listenAt, resolve));
  return {
    dockerHost: `unix://${listenAt}`,
    seen,
    breakNext: (kind, fault, after = 0) => {
      next = kind === undefined ? undefined : { kind, fault, after };
      broke = false;
    },
    get broke() {
      return broke;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
