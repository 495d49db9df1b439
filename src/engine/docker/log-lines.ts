/** The longest line given out whole; the rest of a longer one comes as further lines, so that no container can fill our memory. */
export const MAX_LINE_BYTES = 64 * 1024;

const HEADER_BYTES = 8;

/** Cuts one output stream into lines, keeping what has no end yet. */
const lineCutter = () => {
  let rest: Buffer = Buffer.alloc(0);
  const text = (line: Buffer): string => line.toString("utf8").replace(/\r$/, "");
  return {
    *push(chunk: Buffer): Generator<string> {
      let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = data.indexOf(10); end >= 0 || data.length > MAX_LINE_BYTES; end = data.indexOf(10)) {
        const whole = end >= 0 && end <= MAX_LINE_BYTES;
        const length = whole ? end : MAX_LINE_BYTES;
        yield text(data.subarray(0, length));
        data = data.subarray(whole ? length + 1 : length);
      }
      // A copy, so that a few left-over bytes do not keep a whole chunk alive.
      rest = Buffer.from(data);
    },
    *end(): Generator<string> {
      if (rest.length > 0) yield text(rest);
      rest = Buffer.alloc(0);
    },
  };
};

/**
 * Lines of a container's output. Without a terminal the engine sends frames: stream (1 stdout, 2 stderr), three zeros, length, payload
 * (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach). With one (`tty`) the bytes are the output.
 */
export async function* logLines(stream: AsyncIterable<Uint8Array>, tty: boolean): AsyncGenerator<string> {
  const stdout = lineCutter();
  const stderr = lineCutter();
  let header: Buffer = Buffer.alloc(0);
  let cutter = stdout;
  let left = 0;
  for await (const piece of stream) {
    let chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    if (tty) {
      yield* stdout.push(chunk);
      continue;
    }
    while (chunk.length > 0) {
      if (left === 0) {
        const wanted = HEADER_BYTES - header.length;
        header = Buffer.concat([header, chunk.subarray(0, wanted)]);
        chunk = chunk.subarray(wanted);
        if (header.length < HEADER_BYTES) break;
        cutter = header[0] === 2 ? stderr : stdout;
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        continue;
      }
      const payload = chunk.subarray(0, left);
      chunk = chunk.subarray(payload.length);
      left -= payload.length;
      yield* cutter.push(payload);
    }
  }
  yield* stdout.end();
  yield* stderr.end();
}
