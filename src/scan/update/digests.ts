import type { IncomingHttpHeaders } from "node:http";

/** A digest that somebody states of a file. */
export interface Stated {
  readonly algorithm: "sha256" | "md5";
  /** Hexadecimal. */
  readonly digest: string;
}

const LENGTHS = { sha256: 64, md5: 32 } as const;

const stated = (algorithm: Stated["algorithm"], base64: string | undefined): readonly Stated[] => {
  const digest = Buffer.from(base64 ?? "", "base64").toString("hex");
  return digest.length === LENGTHS[algorithm] ? [{ algorithm, digest }] : [];
};

const field = (headers: IncomingHttpHeaders, name: string): string => {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : (value ?? "");
};

/**
 * What a server says of the whole file, the strongest first: `repr-digest` (RFC 9530), `digest` (RFC 3230), `x-checksum-sha256`, `x-goog-hash`
 * (cloud.google.com/storage/docs/xml-api/reference-headers), `content-md5`. Those of a part of it (`content-digest`) do not count.
 */
export const statedDigests = (headers: IncomingHttpHeaders): readonly Stated[] => [
  ...stated("sha256", /(?:^|[,\s])sha-256=:([A-Za-z0-9+/=]+):/i.exec(field(headers, "repr-digest"))?.[1]),
  ...stated("sha256", /(?:^|[,\s])sha-256=([A-Za-z0-9+/=]+)/i.exec(field(headers, "digest"))?.[1]),
  ...stated("sha256", Buffer.from(/^[0-9a-f]{64}$/i.exec(field(headers, "x-checksum-sha256"))?.[0] ?? "", "hex").toString("base64")),
  ...stated("md5", /(?:^|[,\s])md5=([A-Za-z0-9+/=]+)/i.exec(field(headers, "x-goog-hash"))?.[1]),
  // Of a part only where the answer is one, which is not looked at then.
  ...stated("md5", field(headers, "content-md5") || undefined),
];

/** `sha256sum`'s form, or the digest alone; undefined for anything else, such as a page that says that there is none. */
export const digestInSidecar = (text: string): Stated | undefined => {
  const [, digest = ""] = /^\s*\\?([0-9a-fA-F]{64})(?:\s|$)/.exec(text) ?? [];
  return digest === "" ? undefined : { algorithm: "sha256", digest: digest.toLowerCase() };
};
