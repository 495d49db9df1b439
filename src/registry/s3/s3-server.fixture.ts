import { createHash, createHmac, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** A fault for one request: an error of the specification before the work or after it, a connection that breaks, an error inside of a 200. */
export type Fault =
  | {
      readonly kind: "error";
      readonly status: number;
      readonly code: string;
      readonly after?: boolean;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "reset"; readonly after?: boolean }
  /** Breaks off in the middle of the answer's body. */
  | { readonly kind: "cut"; readonly bytes: number }
  | { readonly kind: "error-in-200"; readonly code: string; readonly after?: boolean };

interface Stored {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modifiedAt: Date;
  readonly headers: Readonly<Record<string, string>>;
}

interface Pending {
  readonly key: string;
  readonly begunAt: Date;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, { readonly bytes: Buffer; readonly etag: string; readonly checksum: string | undefined }>;
}

export interface SeenRequest {
  readonly method: string;
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage["headers"];
  readonly status: number;
}

/** One bucket behind the S3 API, in memory, with signatures, checksums and preconditions looked at as the API reference says. Path-style and by host. */
export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly objects: Map<string, Stored>;
  readonly uploads: Map<string, Pending>;
  readonly seen: SeenRequest[];
  /** Asked before each request. */
  fault:
    | ((request: { readonly method: string; readonly key: string; readonly query: Readonly<Record<string, string>> }) => Fault | undefined)
    | undefined;
  /** How far its clock is from ours. */
  skewMs: number;
  region: string;
  /** What a session has to show. */
  sessionToken: string | undefined;
  /** False: as storages that know no conditional writes. */
  conditional: boolean;
  /** False: as storages that pass over checksums, and refuse them in the list of parts. */
  checksums: boolean;
  put(key: string, bytes: Uint8Array, modifiedAt?: Date): void;
}

class S3Error extends Error {
  readonly status: number;
  readonly code: string;
  readonly more: string;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, code: string, more = "", headers: Readonly<Record<string, string>> = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.more = more;
    this.headers = headers;
  }
}

const SMALLEST_PART = 5 * 1024 * 1024;
const hex = (algorithm: string, bytes: Uint8Array | string): string => createHash(algorithm).update(bytes).digest("hex");
const strict = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const xmlText = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** "Signature Calculations for the Authorization Header", from the request as it came over the wire. */
const requireSignature = (server: S3Server, request: IncomingMessage, bodyHash: string): void => {
  const [path = "", search = ""] = (request.url ?? "").split("?");
  const pairs = search === "" ? [] : search.split("&").map((pair) => [pair.split("=")[0] ?? "", pair.split("=")[1] ?? ""] as const);
  const query = new Map(pairs.map(([name, value]) => [decodeURIComponent(name), decodeURIComponent(value)]));
  const isPresigned = query.has("X-Amz-Signature");
  const header = request.headers.authorization ?? "";
  const [, credential = "", names = "", given = ""] = isPresigned
    ? ["", query.get("X-Amz-Credential"), query.get("X-Amz-SignedHeaders"), query.get("X-Amz-Signature")]
    : (/^AWS4-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/.exec(header) ?? []);
  if (given === "") throw new S3Error(403, "AccessDenied");
  const [id, day = "", region = "", service = ""] = credential.split("/");
  if (id !== server.accessKeyId) throw new S3Error(403, "InvalidAccessKeyId");
  if (region !== server.region) throw new S3Error(400, "AuthorizationHeaderMalformed", `<Region>${server.region}</Region>`);
  const stamp = (isPresigned ? query.get("X-Amz-Date") : String(request.headers["x-amz-date"] ?? "")) ?? "";
  const at = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  const now = Date.now() + server.skewMs;
  if (isPresigned ? now > at + 1000 * Number(query.get("X-Amz-Expires")) : Math.abs(now - at) > 15 * 60_000)
    throw new S3Error(403, isPresigned ? "AccessDenied" : "RequestTimeTooSkewed");
  const token = isPresigned ? query.get("X-Amz-Security-Token") : request.headers["x-amz-security-token"];
  if (token !== server.sessionToken) throw new S3Error(400, server.sessionToken === undefined ? "InvalidToken" : "ExpiredToken");
  const payload = isPresigned ? "UNSIGNED-PAYLOAD" : String(request.headers["x-amz-content-sha256"] ?? "");
  const signedNames = names.split(";");
  for (const name of Object.keys(request.headers))
    if (!isPresigned && (name.startsWith("x-amz-") || name === "host" || name === "range") && !signedNames.includes(name))
      throw new S3Error(403, "AccessDenied");
  const canonical = [
    request.method ?? "",
    path
      .split("/")
      .map((part) => strict(decodeURIComponent(part)))
      .join("/"),
    [...query.entries()]
      .filter(([name]) => name !== "X-Amz-Signature")
      .map(([name, value]) => [strict(name), strict(value)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join("&"),
    ...signedNames.map((name) => `${name}:${String(request.headers[name] ?? "").trim()}`),
    "",
    names,
    payload,
  ].join("\n");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const mac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();
  const key = mac(mac(mac(mac(`AWS4${server.secretAccessKey}`, day), region), service), "aws4_request");
  const wanted = mac(key, `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${hex("sha256", canonical)}`).toString("hex");
  if (wanted !== given) throw new S3Error(403, "SignatureDoesNotMatch");
  if (!isPresigned && payload !== bodyHash) throw new S3Error(400, "XAmzContentSHA256Mismatch");
};

const requireChecksum = (request: IncomingMessage, bytes: Buffer): string | undefined => {
  const given = request.headers["x-amz-checksum-sha256"];
  if (given !== undefined && given !== createHash("sha256").update(bytes).digest("base64")) throw new S3Error(400, "BadDigest");
  return given === undefined ? undefined : given;
};

const metadataOf = (request: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) => (name.startsWith("x-amz-meta-") ? [[name, String(value)]] : [])),
  );

const document = (name: string, inner: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${name}>`;

interface Answered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

const list = ({ objects }: S3Server, query: Readonly<Record<string, string>>, pageSize: number): Answered => {
  const keys = [...objects.keys()].filter((key) => key.startsWith(query["prefix"] ?? "")).sort();
  const from = query["continuation-token"] === undefined ? 0 : Number(Buffer.from(query["continuation-token"], "base64").toString());
  const count = Math.min(Number(query["max-keys"] ?? pageSize), pageSize);
  const page = keys.slice(from, from + count);
  const more = from + count < keys.length;
  const shown = (key: string): string => (query["encoding-type"] === "url" ? strict(key) : xmlText(key));
  const entries = page.map((key) => {
    const object = objects.get(key);
    return `<Contents><Key>${shown(key)}</Key><LastModified>${object?.modifiedAt.toISOString()}</LastModified><ETag>${xmlText(object?.etag ?? "")}</ETag><Size>${object?.bytes.length}</Size></Contents>`;
  });
  const next = more ? `<NextContinuationToken>${Buffer.from(String(from + count)).toString("base64")}</NextContinuationToken>` : "";
  return { status: 200, body: document("ListBucketResult", `<IsTruncated>${more}</IsTruncated>${next}${entries.join("")}`) };
};

const listPending = ({ uploads }: S3Server, query: Readonly<Record<string, string>>): Answered => {
  const entries = [...uploads].filter(([, { key }]) => key.startsWith(query["prefix"] ?? ""));
  const shown = entries.map(
    ([id, { key, begunAt }]) =>
      `<Upload><Key>${strict(key)}</Key><UploadId>${id}</UploadId><Initiated>${begunAt.toISOString()}</Initiated></Upload>`,
  );
  return { status: 200, body: document("ListMultipartUploadsResult", `<IsTruncated>false</IsTruncated>${shown.join("")}`) };
};

const get = (object: Stored | undefined, request: IncomingMessage): Answered => {
  if (object === undefined) throw new S3Error(404, "NoSuchKey");
  const { bytes } = object;
  const headers = { ...object.headers, etag: object.etag, "last-modified": object.modifiedAt.toUTCString(), "accept-ranges": "bytes" };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  if (range === null) return { status: 200, headers, body: bytes };
  const start = Number(range[1]);
  const end = range[2] === "" ? bytes.length - 1 : Math.min(Number(range[2]), bytes.length - 1);
  if (start >= bytes.length) throw new S3Error(416, "InvalidRange");
  return {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${start}-${end}/${bytes.length}` },
    body: bytes.subarray(start, end + 1),
  };
};

const complete = (server: S3Server, id: string, key: string, xml: string): Answered => {
  const pending = server.uploads.get(id);
  if (pending?.key !== key) throw new S3Error(404, "NoSuchUpload");
  const asked = [
    ...xml.matchAll(/<Part><PartNumber>(\d+)<\/PartNumber><ETag>([^<]*)<\/ETag>(?:<ChecksumSHA256>([^<]*)<\/ChecksumSHA256>)?<\/Part>/g),
  ];
  if (asked.length === 0 || (!server.checksums && xml.includes("ChecksumSHA256"))) throw new S3Error(400, "MalformedXML");
  const parts = asked.map(([, number, etag, checksum], at) => {
    if (at > 0 && Number(number) <= Number(asked[at - 1]?.[1])) throw new S3Error(400, "InvalidPartOrder");
    const part = pending.parts.get(Number(number));
    if (part === undefined || part.etag !== (etag ?? "").replaceAll("&#34;", '"').replaceAll("&quot;", '"') || part.checksum !== checksum)
      throw new S3Error(400, "InvalidPart");
    if (at < asked.length - 1 && part.bytes.length < SMALLEST_PART) throw new S3Error(400, "EntityTooSmall");
    return part;
  });
  const sums = Buffer.concat(parts.map(({ bytes }) => createHash("md5").update(bytes).digest()));
  const etag = `"${hex("md5", sums)}-${parts.length}"`;
  server.objects.set(key, {
    bytes: Buffer.concat(parts.map(({ bytes }) => bytes)),
    etag,
    modifiedAt: new Date(),
    headers: pending.headers,
  });
  server.uploads.delete(id);
  return { status: 200, body: document("CompleteMultipartUploadResult", `<Key>${xmlText(key)}</Key><ETag>${xmlText(etag)}</ETag>`) };
};

const copySource = (server: S3Server, request: IncomingMessage): Buffer | undefined => {
  const source = request.headers["x-amz-copy-source"];
  if (source === undefined) return undefined;
  const [bucket, ...key] = decodeURIComponent(String(source).replace(/^\//, "")).split("/");
  const object = bucket === server.bucket ? server.objects.get(key.join("/")) : undefined;
  if (object === undefined) throw new S3Error(404, "NoSuchKey");
  const range = /^bytes=(\d+)-(\d+)$/.exec(String(request.headers["x-amz-copy-source-range"] ?? ""));
  return range === null ? object.bytes : object.bytes.subarray(Number(range[1]), Number(range[2]) + 1);
};

const put = (server: S3Server, request: IncomingMessage, key: string, query: Readonly<Record<string, string>>, body: Buffer): Answered => {
  const copied = copySource(server, request);
  const bytes = copied ?? body;
  const checksum = requireChecksum(request, bytes);
  const etag = `"${hex("md5", bytes)}"`;
  const result = copied === undefined ? {} : { body: document("CopyObjectResult", `<ETag>${xmlText(etag)}</ETag>`) };
  if (query["partNumber"] !== undefined) {
    const pending = server.uploads.get(query["uploadId"] ?? "");
    if (pending?.key !== key) throw new S3Error(404, "NoSuchUpload");
    const known = server.checksums ? checksum : undefined;
    pending.parts.set(Number(query["partNumber"]), { bytes, etag, checksum: known });
    return { status: 200, headers: { etag, ...(known === undefined ? {} : { "x-amz-checksum-sha256": known }) }, ...result };
  }
  if (request.headers["if-none-match"] !== undefined) {
    if (!server.conditional) throw new S3Error(501, "NotImplemented");
    if (server.objects.has(key)) throw new S3Error(412, "PreconditionFailed");
  }
  server.objects.set(key, { bytes, etag, modifiedAt: new Date(), headers: metadataOf(request) });
  return { status: 200, headers: { etag }, ...result };
};

const perform = (
  server: S3Server,
  request: IncomingMessage,
  {
    key,
    query,
    body,
    pageSize,
  }: { readonly key: string; readonly query: Readonly<Record<string, string>>; readonly body: Buffer; readonly pageSize: number },
): Answered => {
  switch (request.method) {
    case "GET":
    case "HEAD":
      if (key !== "") return get(server.objects.get(key), request);
      return "uploads" in query ? listPending(server, query) : list(server, query, pageSize);
    case "PUT":
      return put(server, request, key, query, body);
    case "POST": {
      if ("uploads" in query) {
        const id = randomUUID();
        server.uploads.set(id, { key, begunAt: new Date(), headers: metadataOf(request), parts: new Map() });
        return { status: 200, body: document("InitiateMultipartUploadResult", `<Key>${xmlText(key)}</Key><UploadId>${id}</UploadId>`) };
      }
      return complete(server, query["uploadId"] ?? "", key, body.toString());
    }
    case "DELETE":
      if (query["uploadId"] === undefined) server.objects.delete(key);
      else if (!server.uploads.delete(query["uploadId"])) throw new S3Error(404, "NoSuchUpload");
      return { status: 204 };
    default:
      throw new S3Error(405, "MethodNotAllowed");
  }
};

const errorXml = ({ code, more }: S3Error): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>the storage says ${code}</Message>${more}<RequestId>1</RequestId></Error>`;

const handle = async (server: S3Server, request: IncomingMessage, response: ServerResponse, pageSize: number): Promise<void> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const [rawPath = "", search = ""] = (request.url ?? "").split("?");
  const isByHost = (request.headers.host ?? "").startsWith(`${server.bucket}.`);
  const [bucket, ...rest] = isByHost ? [server.bucket, ...rawPath.slice(1).split("/")] : rawPath.slice(1).split("/");
  const key = rest.map(decodeURIComponent).join("/");
  const query = Object.fromEntries(new URLSearchParams(search));
  const method = request.method ?? "";
  const fault = server.fault?.({ method, key, query });
  let answered: Answered;
  try {
    requireSignature(server, request, hex("sha256", body));
    if (bucket !== server.bucket) throw new S3Error(404, "NoSuchBucket");
    if (fault?.kind === "error" && fault.after !== true) throw new S3Error(fault.status, fault.code, "", fault.headers);
    if (fault?.kind === "reset" && fault.after !== true) return void request.socket.destroy();
    if (fault?.kind === "error-in-200" && fault.after !== true) answered = { status: 200, body: errorXml(new S3Error(200, fault.code)) };
    else answered = perform(server, request, { key, query, body, pageSize });
    if (fault?.kind === "error" && fault.after === true) throw new S3Error(fault.status, fault.code, "", fault.headers);
    if (fault?.kind === "reset" && fault.after === true) return void request.socket.destroy();
    if (fault?.kind === "error-in-200" && fault.after === true) answered = { status: 200, body: errorXml(new S3Error(200, fault.code)) };
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    answered = { status: error.status, headers: { "content-type": "application/xml", ...error.headers }, body: errorXml(error) };
  }
  server.seen.push({ method, key, query, headers: request.headers, status: answered.status });
  const bytes = Buffer.from(answered.body ?? "");
  response.writeHead(answered.status, {
    date: new Date(Date.now() + server.skewMs).toUTCString(),
    ...answered.headers,
    ...(answered.status === 204 ? {} : { "content-length": String(bytes.length) }),
  });
  if (method === "HEAD") return void response.end();
  if (fault?.kind !== "cut") return void response.end(bytes);
  response.write(bytes.subarray(0, fault.bytes), () => request.socket.destroy());
};

export const startS3Server = async ({ pageSize = 1000 }: { readonly pageSize?: number } = {}): Promise<S3Server> => {
  const http = createServer((request, response) => {
    handle(server, request, response, pageSize).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const server: S3Server = {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: "images",
    accessKeyId: "AKIDOFTHETESTS",
    secretAccessKey: `secret/of+the-tests-${randomUUID()}`,
    objects: new Map(),
    uploads: new Map(),
    seen: [],
    fault: undefined,
    skewMs: 0,
    region: "us-east-1",
    sessionToken: undefined,
    conditional: true,
    checksums: true,
    put: (key, bytes, modifiedAt = new Date()) => {
      server.objects.set(key, { bytes: Buffer.from(bytes), etag: `"${hex("md5", bytes)}"`, modifiedAt, headers: {} });
    },
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
    },
  };
  return server;
};
