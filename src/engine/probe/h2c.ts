import { connect } from "node:http2";
import type { Readable } from "node:stream";

/** What one exchange brought. */
export interface Exchange {
  readonly status: number;
  readonly body: Readable;
  /** Ends the connection. */
  readonly close: () => void;
}

/** One GET by HTTP/2 with prior knowledge (RFC 9113, 3.3). */
export const getH2c = (origin: string, path: string, host: string, signal: AbortSignal): Promise<Exchange> =>
  new Promise((resolve, reject) => {
    const session = connect(origin);
    const end = (): void => session.destroy();
    signal.addEventListener("abort", end, { once: true });
    session.once("close", () => {
      signal.removeEventListener("abort", end);
      reject(new Error("the connection was closed without an answer"));
    });
    session.once("error", reject);
    const stream = session.request({ ":path": path, ":authority": host, "user-agent": "seaworthy-probe", accept: "*/*" });
    stream.on("error", reject);
    stream.once("response", (headers) => resolve({ status: headers[":status"] ?? 0, body: stream, close: end }));
    stream.end();
  });
