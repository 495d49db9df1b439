import type { FileHandle } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { BUFFER_BYTES, giveBack, takeBuffer } from "../buffers.ts";

/** Resolves when the bytes are the kernel's and the buffer is free again. */
const write = (response: ServerResponse, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    const gone = (): void => reject(Object.assign(new Error("the client hung up"), { code: "ECONNRESET" }));
    response.once("close", gone);
    response.write(bytes, (error) => {
      response.off("close", gone);
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
    if (response.destroyed) gone();
  });

/**
 * Sends bytes `start` to `end` of a file, both inclusive, as the rest of an answer. Node has no sendfile; two buffers that are used again and again, one filled
 * while the other is sent, cost half of a stream that takes new memory for each read.
 * @throws when the client hangs up, or the file ends early
 */
export const sendFileBody = async (file: FileHandle, start: number, end: number, response: ServerResponse): Promise<void> => {
  let [filling, sending] = [takeBuffer(), takeBuffer()];
  let sent: Promise<void> | undefined;
  try {
    for (let at = start; at <= end;) {
      const { bytesRead } = await file.read(filling, 0, Math.min(BUFFER_BYTES, end - at + 1), at);
      if (bytesRead === 0) throw new Error(`the file ends at byte ${at}, not at ${end}`);
      await sent;
      sent = write(response, filling.subarray(0, bytesRead));
      // Awaited in the next turn; until then its failure has a handler.
      sent.catch(() => undefined);
      at += bytesRead;
      [filling, sending] = [sending, filling];
    }
    await sent;
    sent = undefined;
    response.end();
  } finally {
    // A buffer that may still be in a socket's queue is left to the collector.
    if (sent === undefined) for (const buffer of [filling, sending]) giveBack(buffer);
  }
};
