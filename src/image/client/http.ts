import { type ClientRequest, type IncomingHttpHeaders, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileError, isSeaworthyError, SeaworthyError, wordsOf } from "../../core/index.ts";
import { type ConnectionOptions, createAgents, type Reach } from "./connect/agents.ts";

/** What is sent. `open` gives the bytes anew for each try unless it can be read only once. */
export interface Body {
  readonly sizeBytes?: number;
  readonly once?: boolean;
  open(): AsyncIterable<Uint8Array> | Uint8Array;
}

export interface Call {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** Default: anywhere, for addresses that the user named. */
  readonly reach?: Reach;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where it came from, redirects followed. */
  readonly url: URL;
  /** Address of who answered; undefined where a proxy stands between, or it shall not matter. */
  readonly peer: string | undefined;
  readonly stream: Readable;
}

export interface Wire {
  send(call: Call): Promise<Answer>;
  close(): void;
}

export const bytesBody = (bytes: Uint8Array): Body => ({ sizeBytes: bytes.length, open: () => bytes });

/** Pumps a body; resolves with the failure of its source, if that is what went wrong. */
const pump = async (body: Body, request: ClientRequest): Promise<SeaworthyError | undefined> => {
  const source = body.open();
  if (source instanceof Uint8Array) {
    request.end(source);
    return undefined;
  }
  let failure: unknown;
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  try {
    await pipeline(watched, request);
    return undefined;
  } catch {
    if (failure === undefined) return undefined;
    const coded = fileError(failure, "read what is being pushed");
    return isSeaworthyError(coded)
      ? coded
      : new SeaworthyError("INPUT_INVALID", `what is being pushed cannot be read: ${wordsOf(failure)}`, { cause: failure });
  }
};

export interface WireOptions extends ConnectionOptions {
  /** Whether an answer tells the address it came from: what is inside may send us on to its neighbours. */
  readonly neighbours: boolean;
  readonly signal?: AbortSignal;
}

/** HTTP/1.1 over kept-alive connections. One request, one answer; nothing is followed or tried again here. */
export const createWire = (options: WireOptions): Wire => {
  const agents = createAgents(options);
  const send = (call: Call): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const secure = call.url.protocol === "https:";
      const length = call.body?.sizeBytes;
      const { agent, isProxied } = agents.for(call.url, call.reach ?? "anywhere");
      const request = (secure ? requestHttps : requestHttp)(call.url, {
        method: call.method,
        agent,
        headers: {
          "user-agent": "seaworthy",
          ...call.headers,
          ...(length === undefined
            ? call.body === undefined && call.method !== "GET" && call.method !== "HEAD"
              ? { "content-length": "0" }
              : {}
            : { "content-length": String(length) }),
        },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      let answered = false;
      request.setTimeout(options.idleTimeoutMs, () => request.destroy(new Error(`no answer within ${options.idleTimeoutMs / 1000} s`)));
      request.on("error", (error) => {
        if (!answered) reject(error);
      });
      request.on("response", (stream) => {
        answered = true;
        // An answer that came before all was sent ends the connection, once it has been read.
        if (!request.writableFinished) stream.once("end", () => request.destroy());
        const peer = isProxied || !options.neighbours ? undefined : stream.socket.remoteAddress;
        resolve({ status: stream.statusCode ?? 0, headers: stream.headers, url: call.url, peer, stream });
      });
      if (call.body === undefined) request.end();
      else
        pump(call.body, request).then((failure) => {
          if (failure === undefined) return;
          reject(failure);
          request.destroy();
        }, reject);
    });
  return {
    send,
    close: () => agents.close(),
  };
};

/** Reads and forgets a body, so that its connection can be used again; a long one costs the connection instead. */
export const discard = async (answer: Answer, maxBytes = 1024 * 1024): Promise<void> => {
  let seen = 0;
  try {
    for await (const chunk of answer.stream) {
      seen += (chunk as Buffer).length;
      if (seen > maxBytes) break;
    }
  } catch {
    answer.stream.destroy();
  }
};

/** @throws INPUT_TOO_LARGE as soon as more than `maxBytes` are declared or come. */
export const readBounded = async (answer: Answer, maxBytes: number): Promise<Uint8Array> => {
  const declared = Number(answer.headers["content-length"] ?? 0);
  const refuse = (): SeaworthyError => {
    answer.stream.destroy();
    return new SeaworthyError(
      "INPUT_TOO_LARGE",
      `${answer.url.host} sends more than the ${maxBytes} bytes that are read of ${answer.url.pathname}`,
    );
  };
  if (declared > maxBytes) throw refuse();
  const chunks: Buffer[] = [];
  let seen = 0;
  for await (const chunk of answer.stream) {
    const bytes = chunk as Buffer;
    seen += bytes.length;
    if (seen > maxBytes) throw refuse();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
};
