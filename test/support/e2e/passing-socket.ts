import { connect, createServer, type Socket } from "node:net";

/** A socket before an engine's own that passes every byte, upgraded connections as well, until it is disposed of: then the engine is gone for whoever came by it. */
export const startPassingSocket = async (socketPath: string, listenAt: string): Promise<AsyncDisposable> => {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (from) => {
    const onward = connect({ path: socketPath, allowHalfOpen: true });
    for (const [one, other] of [
      [from, onward],
      [onward, from],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.once("close", () => sockets.delete(one));
    }
  });
  await new Promise<void>((resolve) => server.listen(listenAt, resolve));
  return {
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
