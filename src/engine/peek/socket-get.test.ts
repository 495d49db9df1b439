import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { socketGet } from "./socket-get.ts";

/** What the GET makes of an answer, sent in these pieces and then closed; and what was asked. */
const given = async (
  pieces: readonly string[],
  { close = true, signal = new AbortController().signal } = {},
): Promise<{ readonly text: string | undefined; readonly asked: string }> => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-peek-"));
  const path = join(folder, "engine.sock");
  let asked = "";
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (request: Buffer) => {
      asked = request.toString("latin1");
      for (const piece of pieces) socket.write(piece);
      if (close) socket.end();
    });
  });
  await new Promise<void>((ready) => server.listen(path, ready));
  try {
    return { text: await socketGet(path, "/images/a:1/json", signal), asked };
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
};
const text = async (...pieces: readonly string[]): Promise<string | undefined> => (await given(pieces)).text;

test("an answer with a length, in chunks, and without either", async () => {
  expect(await given(["HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "{", "} \nrest"])).toEqual({
    text: "{} \n",
    asked: "GET /images/a:1/json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
  });
  expect(
    await text('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\n{"a', "\r\n", 'A\r\n":"0123456\r\n2\r\n"}\r\n0\r\n\r\n'),
  ).toBe('{"a":"0123456"}');
  expect(await text("HTTP/1.0 200 OK\r\n\r\n", "{}")).toBe("{}");
});

test("what is not there, not whole, or no answer", async () => {
  expect(await text("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}")).toBeUndefined();
  expect(await text("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}")).toBeUndefined();
  expect(await text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}")).toBeUndefined();
  expect(await text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")).toBeUndefined();
  expect(await text("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}")).toBeUndefined();
  expect(await text("SSH-2.0-OpenSSH\r\n\r\n{}")).toBeUndefined();
  expect(await text("HTTP/1.1 200 OK")).toBeUndefined();
});

test("an answer that does not end is cut off; nobody is waited for longer than the caller wants", async () => {
  await expect(given(["HTTP/1.1 200 OK\r\n\r\n", "x".repeat(5 * 1024 * 1024)], { close: false })).rejects.toThrow("too large");
  await expect(given(["HTTP/1.1 200 OK\r\n\r\n"], { close: false, signal: AbortSignal.timeout(50) })).rejects.toThrow("nobody waits");
  await expect(given([], { signal: AbortSignal.abort() })).rejects.toThrow("nobody waits");
  await expect(socketGet("/nonexistent/engine.sock", "/", new AbortController().signal)).rejects.toThrow("ENOENT");
});
