import { mkdirSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";

/**
 * What becomes of one command to HAProxy: `refuse` answers with an error and does nothing, `cut` closes the connection and does nothing, `lose` lets HAProxy
 * do it and closes the connection instead of the answer, `hang` lets it be done and answers nothing for as long as one waits, `half` breaks off in the middle of the answer.
 */
export const SOCKET_FAULTS = ["refuse", "cut", "lose", "hang", "half"] as const;
export type SocketFault = (typeof SOCKET_FAULTS)[number];

/** HAProxy's sockets as an actor sees them, with chosen commands going wrong on the way. */
export interface FaultySockets extends AsyncDisposable {
  /** Kinds of commands in the order in which they first came, e.g. `admin: set weight`. */
  readonly seen: ReadonlySet<string>;
  /** The first command of that kind from now on goes wrong; undefined: none does. */
  breakNext(kind: string | undefined, fault: SocketFault): void;
  readonly broke: boolean;
}

/** The command without the names in it. */
const kindOf = (socket: string, line: string): string => {
  const [first = "", second = "", ...rest] = line.replace(/;.*$/s, "").trim().split(" ");
  const worker = first.startsWith("@");
  const words = worker ? ["worker's", second, rest[0] ?? ""] : [first, second];
  const state = `${first} ${second}` === "set server" ? ` ${rest.slice(1).join(" ")}` : "";
  return `${socket}: ${words.join(" ").trim()}${state}`;
};

/** `real` is the folder of HAProxy's sockets, `faulty` the one of those that an actor is given. */
export const startFaultySockets = async (real: string, faulty: string): Promise<FaultySockets> => {
  mkdirSync(faulty, { recursive: true });
  const seen = new Set<string>();
  const open = new Set<Socket>();
  let next: { readonly kind: string; readonly fault: SocketFault } | undefined;
  let broke = false;

  const forward = (path: string, line: string): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const connection = createConnection(path, () => connection.end(line));
      connection.on("data", (chunk) => chunks.push(chunk)).on("error", reject);
      connection.on("close", () => resolve(Buffer.concat(chunks)));
    });

  const handle = async (name: string, socket: Socket, line: string): Promise<void> => {
    const kind = kindOf(name, line);
    seen.add(kind);
    const fault = next?.kind === kind ? next.fault : undefined;
    if (fault !== undefined) {
      next = undefined;
      broke = true;
    }
    if (fault === "cut") return void socket.destroy();
    if (fault === "refuse") return void socket.end("The test lets this command fail.\n\n");
    const answer = await forward(join(real, name === "admin" ? "admin.sock" : "master.sock"), line);
    if (fault === "lose") return void socket.destroy();
    if (fault === "hang") return;
    socket.end(fault === "half" ? answer.subarray(0, Math.floor(answer.length / 2)) : answer);
  };

  const listen = async (name: "admin" | "master"): Promise<Server> => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      open.add(socket);
      let line = "";
      socket.setEncoding("utf8").on("data", (text: string) => (line += text));
      socket.on("error", () => undefined).on("close", () => open.delete(socket));
      socket.on("end", () => void handle(name, socket, line).catch(() => socket.destroy()));
    });
    await new Promise<void>((resolve) => server.listen(join(faulty, `${name}.sock`), resolve));
    return server;
  };
  const servers = [await listen("admin"), await listen("master")];
  return {
    seen,
    breakNext: (kind, fault) => {
      next = kind === undefined ? undefined : { kind, fault };
      broke = false;
    },
    get broke() {
      return broke;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      for (const server of servers) await new Promise((resolve) => server.close(resolve));
    },
  };
};
