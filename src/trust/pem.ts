import { SeaworthyError } from "../core/index.ts";

export interface PemBlock {
  /** What stands between BEGIN and the dashes, e.g. `PUBLIC KEY`. */
  readonly label: string;
  readonly der: Buffer;
}

const BLOCK = /^\s*-----BEGIN ([A-Z0-9 ]{1,60})-----\r?\n([A-Za-z0-9+/=\s]{1,65536}?)-----END \1-----\s*$/;

/** Reads a file of exactly one PEM block without headers (RFC 7468). @throws INPUT_INVALID */
export const readPem = (text: string, path: string): PemBlock => {
  const match = text.length > 100_000 ? null : BLOCK.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) throw new SeaworthyError("INPUT_INVALID", `${path}: invalid pem block`);
  return { label: match[1], der: Buffer.from(match[2], "base64") };
};

/** Lines of 64 characters, as RFC 7468 asks. */
export const writePem = (label: string, der: Uint8Array): string => {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
};
