import { Worker } from "node:worker_threads";

/** Runs in a thread of its own, where nothing of this module is. */
const PROGRAM = `
const { createHash } = require("node:crypto");
const { readSync } = require("node:fs");
const { parentPort, workerData: { fd, start, end, algorithm } } = require("node:worker_threads");
const hash = createHash(algorithm);
const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
let at = start;
while (at < end) {
  const count = readSync(fd, buffer, 0, Math.min(buffer.length, end - at), at);
  if (count === 0) break;
  hash.update(buffer.subarray(0, count));
  at += count;
}
parentPort.postMessage(hash.digest("hex"));
`;

/**
 * The digest (hex) of a part of an open file, made by another thread: this one may read in the same file meanwhile, but must not close it before. `using` it
 * ends the thread, whether it came to its end or not.
 * @throws what reading throws (EIO, ...), and ERR_WORKER_INIT_FAILED, ERR_WORKER_OUT_OF_MEMORY where there can be no other thread
 */
export const digestAside = (
  fd: number,
  start: number,
  end: number,
  algorithm: string,
): AsyncDisposable & { readonly hex: () => Promise<string> } => {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const worker = new Worker(PROGRAM, { eval: true, workerData: { fd, start, end, algorithm }, execArgv: [], env: {} });
  worker.once("message", resolve);
  worker.once("error", reject);
  worker.once("exit", () => reject(new Error("the thread ended before the digest was made")));
  // Who never asks for the digest wants no word of what became of it either.
  promise.catch(() => undefined);
  return {
    hex: () => promise,
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
};
