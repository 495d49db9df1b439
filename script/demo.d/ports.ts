import { createServer } from "node:net";
import { DemoFailure } from "./failure.ts";

const listens = (port: number, host: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });

/** The wanted port when nothing listens there, else one that the system has to spare. */
export const freePort = async (wanted: number, host: string): Promise<number> => {
  const port = (await listens(wanted, host)) ?? (await listens(0, host));
  if (port === undefined) throw new DemoFailure(8, `neither port ${wanted} nor any other can be listened on at ${host}`);
  return port;
};
