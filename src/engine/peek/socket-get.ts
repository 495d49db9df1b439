import { connect } from "node:net";

/** The largest answer that is read: images with thousands of layers stay below. */
const MAX_BYTES = 4 * 1024 * 1024;

/** A body as chunks with their sizes before them (RFC 9112, 7.1); undefined when it is not whole. */
const joined = (body: Buffer): Buffer | undefined => {
  const pieces: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = body.indexOf("\r\n", at);
    const size = lineEnd < 0 ? undefined : /^([\da-f]{1,7})[ \t]*(?:;.*)?$/i.exec(body.toString("latin1", at, lineEnd))?.[1];
    if (size === undefined) return undefined;
    const length = Number.parseInt(size, 16);
    if (length === 0) return Buffer.concat(pieces);
    const start = lineEnd + 2;
    at = start + length + 2;
    if (at > body.length || body.toString("latin1", at - 2, at) !== "\r\n") return undefined;
    pieces.push(body.subarray(start, start + length));
  }
};

/** The text of a whole answer with status 200 (RFC 9112); undefined for any other, and for what is no answer or ends too soon. */
const bodyOf = (answer: Buffer): string | undefined => {
  const headEnd = answer.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const [status = "", ...lines] = answer.toString("latin1", 0, headEnd).split("\r\n");
  if (!/^HTTP\/1\.[01] 200(?: |$)/.test(status)) return undefined;
  const header = (name: string): string | undefined =>
    lines
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const body = answer.subarray(headEnd + 4);
  const coding = header("transfer-encoding");
  if (coding !== undefined) return coding.toLowerCase() === "chunked" ? joined(body)?.toString("utf8") : undefined;
  const length = header("content-length");
  if (length === undefined) return body.toString("utf8");
  return /^\d{1,9}$/.test(length) && Number(length) <= body.length ? body.toString("utf8", 0, Number(length)) : undefined;
};

/**
 * The text that a server on a local socket answers to one GET; undefined unless its status is 200. Node's own client takes as long to load as many a repository
 * to check. `path` is a path as URLs write it. Rejects when nobody listens, for an answer of more than 4 MiB, and when `signal` aborts.
 */
export const socketGet = (socketPath: string, path: string, signal: AbortSignal): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new Error("nobody waits for the answer"));
      return;
    }
    const socket = connect({ path: socketPath });
    const pieces: Buffer[] = [];
    let size = 0;
    const stop = (): void => {
      socket.destroy(new Error("nobody waits for the answer"));
    };
    signal.addEventListener("abort", stop, { once: true });
    socket.on("data", (piece: Buffer) => {
      size += piece.length;
      if (size > MAX_BYTES) socket.destroy(new Error("the answer is too large"));
      else pieces.push(piece);
    });
    socket.on("error", reject);
    socket.on("end", () => resolve(bodyOf(Buffer.concat(pieces))));
    socket.on("close", () => signal.removeEventListener("abort", stop));
    // The server closes when it has answered: that ends the answer, whatever its form.
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  });
