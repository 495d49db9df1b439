import type { Server } from "node:http";
import { type AddressInfo, isIP } from "node:net";
import { SeaworthyError, wordsOf } from "../core/index.ts";
import type { LogEntry } from "./http/service.ts";

const CLOSE_WITHIN_MS = 10_000;

/** A server that takes connections. */
export interface Listening {
  /** `host:port` as it stands in references and URLs. */
  readonly address: string;
  /** Finishes what is under way, 10 s at most. */
  stop(): Promise<void>;
}

const listenError = (error: NodeJS.ErrnoException, where: string): unknown => {
  switch (error.code) {
    case "EADDRINUSE":
      return new SeaworthyError("PORT_TAKEN", `the registry cannot listen on ${where}: something else does`, {
        cause: error,
        hint: "Free the port, or choose another with --listen.",
      });
    case "EACCES":
      return new SeaworthyError("PERMISSION_DENIED", `the registry may not listen on ${where}`, { cause: error });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new SeaworthyError("INPUT_INVALID", `the registry cannot listen on ${where}: this machine does not have that address`, {
        cause: error,
      });
    default:
      return error;
  }
};

/** @throws PORT_TAKEN, PERMISSION_DENIED, INPUT_INVALID */
export const listenOn = async (
  server: Pick<Server, "once" | "off" | "on" | "listen" | "address" | "close" | "closeAllConnections" | "closeIdleConnections">,
  at: { readonly host: string; readonly port: number },
  log: (entry: LogEntry) => void,
): Promise<Listening> => {
  const host = isIP(at.host) === 6 ? `[${at.host}]` : at.host;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(at.port, at.host, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, `${host}:${at.port}`);
  }
  server.on("error", (error) => log({ level: "error", message: `the listener failed: ${wordsOf(error)}` }));
  return {
    address: `${host}:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      const deadline = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS);
      // A connection that answers its last request stays open for the next one; nobody will answer that.
      const idle = setInterval(() => server.closeIdleConnections(), 20);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      clearTimeout(deadline);
      clearInterval(idle);
    },
  };
};
