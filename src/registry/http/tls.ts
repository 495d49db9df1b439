import { readFileSync, statSync } from "node:fs";
import type { Server } from "node:https";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { X509Certificate } from "node:crypto";
import { fileError, SeaworthyError, wordsOf } from "../../core/index.ts";

/** Files in PEM; the certificate with its chain behind it. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

const LOOK_EVERY_MS = 5000;

export type TlsPair = Pick<SecureContextOptions, "cert" | "key" | "minVersion">;

/** @throws INPUT_INVALID for a pair that does not fit, INPUT_NOT_FOUND, PERMISSION_DENIED */
export const readTls = ({ certificate, key }: TlsFiles): TlsPair => {
  const read = (path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw fileError(error, `read ${path}`);
    }
  };
  const pair: TlsPair = { cert: read(certificate), key: read(key), minVersion: "TLSv1.2" };
  try {
    // Throws where key and certificate are not one another's.
    createSecureContext(pair);
    return pair;
  } catch (error) {
    throw new SeaworthyError("INPUT_INVALID", `${certificate} and ${key} are no certificate with its key: ${wordsOf(error)}`, {
      cause: error,
    });
  }
};

/** What tells one state of the files from another, through the links that certbot changes. */
const stateOf = ({ certificate, key }: TlsFiles): string => {
  try {
    return [certificate, key]
      .map((path) => statSync(path))
      .map(({ ino, mtimeMs, size }) => `${ino} ${mtimeMs} ${size}`)
      .join("\n");
  } catch {
    return "";
  }
};

export interface TlsReload {
  /** Looks now instead of in a while. */
  look(): void;
  close(): void;
}

/** Takes a renewed pair into use without closing anything; a pair that does not fit leaves the old one and is told, once. */
export const reloadTls = (
  server: Pick<Server, "setSecureContext">,
  files: TlsFiles,
  say: (level: "info" | "warning", words: string) => void,
): TlsReload => {
  let state = stateOf(files);
  const look = (): void => {
    const now = stateOf(files);
    if (now === state || now === "") return;
    state = now;
    try {
      const pair = readTls(files);
      server.setSecureContext(pair);
      const { validTo } = new X509Certificate(pair.cert as Buffer);
      say("info", `a new certificate is in use, valid until ${validTo}`);
    } catch (error) {
      say("warning", `the new certificate is not used: ${wordsOf(error)}`);
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  return { look, close: () => clearInterval(timer) };
};
