import { createHash, createHmac } from "node:crypto";

/** What a request is signed with. The secret never leaves the process; the token travels, to the storage alone. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of credentials that end. */
  readonly sessionToken?: string;
}

export interface Signing {
  readonly credentials: S3Credentials;
  readonly region: string;
  readonly at: Date;
}

export const sha256Hex = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
export const EMPTY_SHA256 = sha256Hex("");

const hmac = (key: string | Uint8Array, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** Everything but the unreserved characters of RFC 3986, each byte once: what S3 signs, so this is what is sent too. */
export const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** Sorted by name; a parameter without a value is `name=`. */
export const canonicalQuery = (query: Readonly<Record<string, string>>): string =>
  Object.entries(query)
    .map(([name, value]) => [percentEncoded(name), percentEncoded(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");

/** `20130524T000000Z` */
const stamp = (at: Date): string => `${at.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;

const scopeOf = ({ region, at }: Signing): string => `${stamp(at).slice(0, 8)}/${region}/s3/aws4_request`;

const signature = (signing: Signing, canonicalRequest: string): string => {
  const { credentials, region, at } = signing;
  const day = hmac(`AWS4${credentials.secretAccessKey}`, stamp(at).slice(0, 8));
  const key = hmac(hmac(hmac(day, region), "s3"), "aws4_request");
  return hmac(key, `AWS4-HMAC-SHA256\n${stamp(at)}\n${scopeOf(signing)}\n${sha256Hex(canonicalRequest)}`).toString("hex");
};

const canonical = (method: string, url: URL, headers: readonly (readonly [string, string])[], payload: string): string =>
  [
    method,
    url.pathname,
    url.search.slice(1),
    ...headers.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, " ")}`),
    "",
    headers.map(([name]) => name).join(";"),
    payload,
  ].join("\n");

const byName = (headers: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1));

/**
 * The headers of a request with its signature (AWS Signature Version 4, "Authenticating Requests: Using the Authorization Header"). Names in lower case.
 * @param url path and query encoded as they are signed (`percentEncoded`, `canonicalQuery`)
 * @param payload SHA-256 of the body in hex
 */
export const signedHeaders = (
  signing: Signing,
  request: { readonly method: string; readonly url: URL; readonly headers: Readonly<Record<string, string>>; readonly payload: string },
): Readonly<Record<string, string>> => {
  const { accessKeyId, sessionToken } = signing.credentials;
  const sent = {
    ...request.headers,
    "x-amz-content-sha256": request.payload,
    "x-amz-date": stamp(signing.at),
    ...(sessionToken === undefined ? {} : { "x-amz-security-token": sessionToken }),
  };
  const all = byName({ ...sent, host: request.url.host });
  const names = all.map(([name]) => name).join(";");
  const proof = signature(signing, canonical(request.method, request.url, all, request.payload));
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scopeOf(signing)},SignedHeaders=${names},Signature=${proof}`,
  };
};

/** An address that whoever has it may GET until it ends ("Authenticating Requests: Using Query Parameters"). `url` has no query. */
export const presigned = (signing: Signing, url: URL, seconds: number): string => {
  const { accessKeyId, sessionToken } = signing.credentials;
  const search = canonicalQuery({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `${accessKeyId}/${scopeOf(signing)}`,
    "X-Amz-Date": stamp(signing.at),
    "X-Amz-Expires": String(seconds),
    ...(sessionToken === undefined ? {} : { "X-Amz-Security-Token": sessionToken }),
    "X-Amz-SignedHeaders": "host",
  });
  const unsigned = new URL(`${url.href}?${search}`);
  const proof = signature(signing, canonical("GET", unsigned, [["host", url.host]], "UNSIGNED-PAYLOAD"));
  return `${unsigned.href}&X-Amz-Signature=${proof}`;
};
