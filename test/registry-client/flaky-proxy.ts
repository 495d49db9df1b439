import net, { type AddressInfo } from "node:net";

/** Stands before a server and cuts connections after so many bytes. */
export interface FlakyProxy extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly host: string;
  /** Bytes that went through to the server, and back from it. */
  readonly passed: { up: number; down: number };
  /** Connections that were cut. */
  readonly cuts: { count: number };
}

/** Cuts each connection once `up` or `down` bytes have gone through it, at most `times` times. */
export const flakyProxy = async (
  target: string,
  cut: { readonly up?: number; readonly down?: number; readonly times?: number },
): Promise<FlakyProxy> => {
  const [host = "", port = ""] = target.split(":");
  const passed = { up: 0, down: 0 };
  const cuts = { count: 0 };
  const open = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), host);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("close", () => open.delete(socket));
      socket.on("error", () => undefined);
    }
    const end = (): void => {
      client.destroy();
      // What came before the cut still arrives, as on a real line.
      upstream.end();
    };
    const through = (from: net.Socket, to: net.Socket, way: "up" | "down"): void => {
      let here = 0;
      from.on("data", (chunk: Buffer) => {
        const limit = cut[way];
        const isOver = limit !== undefined && here + chunk.length > limit && cuts.count < (cut.times ?? Infinity);
        const part = isOver ? chunk.subarray(0, limit - here) : chunk;
        here += part.length;
        passed[way] += part.length;
        if (part.length > 0 && !to.write(part)) {
          from.pause();
          to.once("drain", () => from.resume());
        }
        if (!isOver) return;
        cuts.count += 1;
        from.removeAllListeners("data");
        from.resume();
        end();
      });
      from.on("end", () => to.end());
      from.on("close", () => to.end());
    };
    through(client, upstream, "up");
    through(upstream, client, "down");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    cuts,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
