import { Duplex } from "node:stream";

const HEADER_BYTES = 8;
const MAX_STDERR_BYTES = 64 * 1024;

/**
 * A hijacked connection as a program's standard input and output. What comes back is framed by stream (1 stdout, 2 stderr), three zeros, length
 * (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach).
 */
export const programStream = (connection: Duplex): { readonly stream: Duplex; readonly stderr: () => string } => {
  const errors: Buffer[] = [];
  let errorBytes = 0;
  let rest: Buffer = Buffer.alloc(0);
  let left = 0;
  let isError = false;

  const keepError = (chunk: Buffer): void => {
    if (errorBytes < MAX_STDERR_BYTES) errors.push(Buffer.from(chunk.subarray(0, MAX_STDERR_BYTES - errorBytes)));
    errorBytes += chunk.length;
  };
  /** @returns false when the reader has enough for now */
  const take = (chunk: Buffer): boolean => {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let wantsMore = true;
    for (;;) {
      if (left === 0) {
        if (data.length < HEADER_BYTES) break;
        isError = data[0] === 2;
        left = data.readUInt32BE(4);
        data = data.subarray(HEADER_BYTES);
        continue;
      }
      if (data.length === 0) break;
      const payload = data.subarray(0, left);
      data = data.subarray(payload.length);
      left -= payload.length;
      if (isError) keepError(payload);
      else wantsMore = stream.push(payload);
    }
    rest = Buffer.from(data);
    return wantsMore;
  };

  const stream = new Duplex({
    read: () => void connection.resume(),
    write: (chunk: Buffer, _encoding, done) => void connection.write(chunk, done),
    final: (done) => void connection.end(done),
    destroy: (error, done) => {
      connection.destroy();
      done(error);
    },
  });
  connection.on("data", (chunk: Buffer) => {
    if (!take(chunk)) connection.pause();
  });
  connection.on("end", () => stream.push(null));
  connection.on("error", (error) => stream.destroy(error));
  connection.on("close", () => {
    if (!stream.readableEnded) stream.push(null);
  });
  return { stream, stderr: () => Buffer.concat(errors).toString("utf8") };
};
