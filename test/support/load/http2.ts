import { createServer, type IncomingHttpHeaders } from "node:http";
import { type ClientHttp2Session, connect, constants, createServer as createH2cServer, type ServerHttp2Session } from "node:http2";
import { request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { connect as tlsConnect, type DetailedPeerCertificate } from "node:tls";

/** Answers with what it was asked, as JSON; `?set=a:b` sets a header. */
export interface Echo {
  readonly port: number;
  close(): Promise<void>;
}

const said = (version: string, method: string, url: string, headers: IncomingHttpHeaders): string =>
  JSON.stringify({ version, method, url, headers });

const headersOf = (url: string): Readonly<Record<string, string>> =>
  Object.fromEntries(new URL(url, "http://x").searchParams.getAll("set").map((one) => one.split(":", 2)) as [string, string][]);

export const startEcho = async (version = "v1"): Promise<Echo> => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, headersOf(request.url ?? "/")).end(said(version, request.method ?? "", request.url ?? "", request.headers));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Speaks HTTP/2 in clear text and nothing else, as a gRPC server does: `/stream` sends a piece every 20 ms and ends with trailers. */
export const startH2c = async (version = "v1"): Promise<Echo> => {
  const server = createH2cServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => undefined);
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    const path = headers[":path"] ?? "/";
    if (!path.startsWith("/stream")) {
      stream.respond({ ":status": 200 });
      stream.end(said(version, headers[":method"] ?? "", path, headers));
      return;
    }
    stream.respond({ ":status": 200, "content-type": "application/grpc", "x-version": version }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    let left = Number(path.split("=")[1] ?? 10);
    const timer = setInterval(() => {
      stream.write("piece;");
      if (--left > 0) return;
      clearInterval(timer);
      stream.end();
    }, 20);
    stream.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
};

export interface Shown {
  readonly names: string;
  readonly serial: string;
  readonly alpn: string | false | null;
  readonly protocol: string | null;
}

/** One handshake: what it is shown under this name. @throws when it fails */
export const handshake = (
  port: number,
  servername: string,
  options: { readonly address?: string; readonly alpn?: string[]; readonly maxVersion?: "TLSv1.1" | "TLSv1.2" } = {},
): Promise<Shown> =>
  new Promise((resolve, reject) => {
    const { alpn: ALPNProtocols, address = "127.0.0.1", ...more } = options;
    const socket = tlsConnect(
      {
        host: address,
        port,
        servername,
        rejectUnauthorized: false,
        ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }),
        ...more,
        ...(more.maxVersion === "TLSv1.1" ? { minVersion: "TLSv1" as const, ciphers: "DEFAULT@SECLEVEL=0" } : {}),
      },
      () => {
        const shown: DetailedPeerCertificate = socket.getPeerCertificate(true);
        resolve({
          names: shown.subjectaltname ?? "",
          serial: shown.serialNumber,
          alpn: socket.alpnProtocol,
          protocol: socket.getProtocol(),
        });
        socket.destroy();
      },
    );
    socket.once("error", reject);
  });

export interface Said {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One GET over TLS with HTTP/1.1. */
export const askTls = (port: number, host: string, path = "/", address = "127.0.0.1"): Promise<Said> =>
  new Promise((resolve, reject) => {
    const outgoing = httpsRequest(
      { host: address, port, path, servername: host, rejectUnauthorized: false, agent: false, headers: { host } },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });

export interface H2Load {
  /** Streams that ended other than they should, in words. */
  readonly failures: string[];
  readonly streams: () => number;
  /** Connections that were opened: one, and one more for each GOAWAY. */
  readonly connections: () => number;
  readonly versions: ReadonlySet<string>;
  stop(): Promise<void>;
}

/**
 * A strict HTTP/2 client: `width` streams at a time over one connection. After a GOAWAY new streams go over a new connection, and those under way have to end
 * well (RFC 9113, 6.8). Nothing is tried again but what the server never saw because its GOAWAY was on the way to us: that is refused with REFUSED_STREAM,
 * which every client takes for leave to ask again (8.7).
 */
export const startH2Load = (
  authority: string,
  host: string,
  path: string,
  width: number,
  isGood: (body: string, trailers: IncomingHttpHeaders) => boolean,
): H2Load => {
  const failures: string[] = [];
  const versions = new Set<string>();
  const stopping = new AbortController();
  let [streams, connections] = [0, 0];
  const goneAway = new Set<ClientHttp2Session>();
  const open = (): ClientHttp2Session => {
    connections += 1;
    const session = connect(authority, { rejectUnauthorized: false, servername: host });
    session.on("goaway", () => goneAway.add(session));
    session.on("error", (error) => failures.push(`session: ${error.message}`));
    session.setMaxListeners(0);
    return session;
  };
  let session = open();
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      if (session.closed || session.destroyed) session = open();
      const current = session;
      streams += 1;
      const stream = current.request({ ":path": path, ":method": "POST", ":authority": host, te: "trailers" });
      let [body, status, trailers] = ["", 0, {} as IncomingHttpHeaders];
      stream.setTimeout(20_000, () => stream.close());
      stream.setEncoding("utf8").on("data", (text: string) => (body += text));
      stream.on("response", (headers) => {
        status = Number(headers[":status"]);
        versions.add(String(headers["x-version"] ?? headers["x-echo-version"] ?? ""));
      });
      stream.on("trailers", (all) => (trailers = all));
      stream.on("error", (error) => {
        if (stream.rstCode !== constants.NGHTTP2_REFUSED_STREAM) failures.push(error.message);
      });
      // The GOAWAY itself may be told of after the streams that it ends.
      stream.on("close", () =>
        setImmediate(() => {
          const isRefused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM && status === 0 && goneAway.has(current);
          if (!isRefused && (status !== 200 || stream.rstCode !== 0 || !isGood(body, trailers)))
            failures.push(`status ${status}, reset ${stream.rstCode}, ${body.slice(0, 60)}`);
          resolve();
        }),
      );
      stream.end("question");
    });
  const worker = async (): Promise<void> => {
    while (!stopping.signal.aborted) await one();
  };
  const all = Promise.all(Array.from({ length: width }, worker));
  return {
    failures,
    versions,
    streams: () => streams,
    connections: () => connections,
    stop: async () => {
      stopping.abort();
      await all;
      session.close();
    },
  };
};
