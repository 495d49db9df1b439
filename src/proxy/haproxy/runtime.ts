import { createConnection } from "node:net";
import { SeaworthyError, wordsOf } from "../../core/index.ts";

/** HAProxy's answers are bounded: `show stat` of a thousand servers stays under 1 MiB. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** Sends one command line to a HAProxy socket and returns its whole answer. @throws PROXY_UNREACHABLE */
export type Runtime = (command: string) => Promise<string>;

const unreachable = (socket: string, why: string, cause?: unknown): SeaworthyError =>
  new SeaworthyError("PROXY_UNREACHABLE", `HAProxy does not answer on ${socket}: ${why}`, { cause });

/** One connection a command, as management.txt asks of non-interactive use. Default deadline 5 s. */
export const createRuntime =
  (socket: string, timeoutMs = 5000): Runtime =>
  (command) =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const connection = createConnection(socket);
      connection.setTimeout(timeoutMs, () =>
        connection.destroy(unreachable(socket, `no answer to "${command.split(" ", 2).join(" ")}" within ${timeoutMs} ms`)),
      );
      // The master's socket answers at once but closes only after we did.
      connection.on("connect", () => connection.end(`${command}\n`));
      connection.on("data", (chunk) => {
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES) connection.destroy(unreachable(socket, "the answer is too large"));
        else chunks.push(chunk);
      });
      connection.on("error", (error) => reject(error instanceof SeaworthyError ? error : unreachable(socket, wordsOf(error), error)));
      connection.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
      connection.on("close", () => reject(unreachable(socket, "the connection was cut")));
    });
