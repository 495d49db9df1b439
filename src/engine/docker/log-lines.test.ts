import { expect, test } from "vitest";
import { jsonFrames } from "./frames.ts";
import { logLines, MAX_LINE_BYTES } from "./log-lines.ts";

const frame = (stream: 1 | 2, text: string): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
};

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

test("frames are joined to lines, each stream for itself, however the bytes are cut", async () => {
  const bytes = Buffer.concat([frame(1, "one\ntw"), frame(2, "err"), frame(1, "o\r\n"), frame(2, "or\n"), frame(1, "grün")]);
  for (const size of [1, 2, 3, 7, 1000])
    expect(await collect(logLines(inPieces(bytes, size), false))).toEqual(["one", "two", "error", "grün"]);
});

test("a line without an end does not fill the memory: it comes in pieces", async () => {
  const long = "x".repeat(MAX_LINE_BYTES * 2 + 5);
  const lines = await collect(logLines(inPieces(Buffer.from(`${long}\nshort\n`), 10_000), true));
  expect(lines.map((line) => line.length)).toEqual([MAX_LINE_BYTES, MAX_LINE_BYTES, 5, 5]);
});

test("frames of JSON are found across chunks; a line that is none is refused", async () => {
  expect(await collect(jsonFrames(inPieces(Buffer.from('{"a":"ü"}\r\n\n{"b":2}'), 3), "try"))).toEqual([{ a: "ü" }, { b: 2 }]);
  await expect(collect(jsonFrames(inPieces(Buffer.from("<html>\n"), 3), "try"))).rejects.toMatchObject({ code: "ENGINE_REFUSED" });
  await expect(collect(jsonFrames(inPieces(Buffer.alloc(2 * 1024 * 1024, 120), 65_536), "try"))).rejects.toMatchObject({
    code: "ENGINE_REFUSED",
  });
});
