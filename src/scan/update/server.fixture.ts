import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { crc32, deflateRawSync } from "node:zlib";

/** A ZIP archive of these texts, as bulk files are. */
export const zipOf = (files: Readonly<Record<string, string>>): Buffer => {
  const [bodies, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [content, path] = [Buffer.from(text), Buffer.from(name)];
    const packed = deflateRawSync(content);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(8, 4);
    head.writeUInt32LE(crc32(content), 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(content.length, 18);
    head.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), head, path, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0000"), head, tail, path]));
    bodies.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, central, end]);
};

export const record = (id: string, family: string, name: string, fixed: string, modified: string, rest: object = {}): string =>
  JSON.stringify({
    id,
    modified,
    aliases: [id.replace(/^[A-Z]+-/, "CVE-2026-000")],
    affected: [{ package: { ecosystem: family, name }, ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }] }],
    ...rest,
  });

type Fault = (request: IncomingMessage, response: ServerResponse, body: Buffer) => boolean;

/** A static server: files by path, with ranges and etags, and faults that a test asks for. */
export interface FileServer extends AsyncDisposable {
  readonly url: URL;
  readonly files: Map<string, Buffer | string>;
  /** Of each path: what happens instead; true when it took care of the answer. */
  readonly faults: Map<string, Fault>;
  /** `GET /path bytes=0-`, in order. */
  readonly heard: string[];
}

export const etagOf = (body: Buffer): string => `"${createHash("md5").update(body).digest("hex")}"`;

/** Answers as a good static server does. */
export const serve: Fault = (request, response, body) => {
  const etag = etagOf(body);
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304).end();
    return true;
  }
  const [, from = ""] = /^bytes=(\d+)-$/.exec(request.headers.range ?? "") ?? [];
  const isSame = request.headers["if-range"] === undefined || request.headers["if-range"] === etag;
  const start = from !== "" && isSame ? Number(from) : 0;
  const hash = `md5=${createHash("md5").update(body).digest("base64")}`;
  response.writeHead(from !== "" && isSame ? 206 : 200, {
    "content-length": body.length - start,
    etag,
    "x-goog-hash": hash,
    ...(from !== "" && isSame ? { "content-range": `bytes ${start}-${body.length - 1}/${body.length}` } : {}),
  });
  response.end(body.subarray(start));
  return true;
};

export const fileServer = async (): Promise<FileServer> => {
  const [files, faults, heard] = [new Map<string, Buffer | string>(), new Map<string, Fault>(), [] as string[]];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname).slice(1);
    heard.push(`${path}${request.headers.range === undefined ? "" : ` ${request.headers.range}`}`);
    const file = files.get(path);
    const body = Buffer.from(file ?? "");
    if (faults.get(path)?.(request, response, body) === true) return;
    if (file === undefined) response.writeHead(404).end("no such file");
    else serve(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    files,
    faults,
    heard,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
