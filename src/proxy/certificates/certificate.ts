import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { isHostName, isoTime, readTextFile, SeaworthyError, wordsOf } from "../../core/index.ts";

/** Absolute paths of a certificate with its chain, and of its private key; both may be one file. PEM (RFC 7468). */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** What can be said of a certificate in the open. */
export interface CertificateFacts {
  /** Lower-case host names it is for, wildcards as `*.acme.example`. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** SHA-1 of the certificate in upper-case hex, as HAProxy 2.6 names it (`show ssl cert`). */
  readonly sha1: string;
  /** Certificates behind the first. */
  readonly chain: number;
}

/** A pair that belongs together. `pem` has the private key: it goes to HAProxy and to a file of mode 0600, and nowhere else. */
export interface Certificate extends CertificateFacts {
  readonly pem: string;
}

const MAX_BYTES = 256 * 1024;
const MAX_CHAIN = 10;
/** OpenSSL's security level of Debian's HAProxy refuses shorter ones. */
const LEAST_RSA_BITS = 2048;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----[^-]+-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----/;

const refuse = (message: string, cause?: unknown): never => {
  throw new SeaworthyError("INPUT_INVALID", message, {
    ...(cause === undefined ? {} : { cause }),
    hint: "Nothing was changed; the certificate that is in use stays. Put a good pair in its place and run again.",
  });
};

const parsedCertificates = (text: string, path: string): readonly X509Certificate[] => {
  const blocks = text.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) return refuse(`${path} has no certificate in PEM form`);
  if (blocks.length > MAX_CHAIN + 1) return refuse(`${path} has ${blocks.length} certificates; a chain has at most ${MAX_CHAIN + 1}`);
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      return refuse(`certificate ${index + 1} of ${path} cannot be read: ${wordsOf(error)}`, error);
    }
  });
};

/** The names that clients look at; the subject's common name counts for none of them (RFC 9525, 2). */
const namesOf = ({ subjectAltName = "" }: X509Certificate): readonly string[] => {
  const names = [...subjectAltName.matchAll(/(?:^|, )DNS:([^,\s"]+)/g)].map((match) => (match[1] ?? "").toLowerCase());
  return [...new Set(names)].filter((name) => isHostName(name.replace(/^\*\./, ""))).toSorted();
};

const factsOf = (certificates: readonly X509Certificate[], path: string): CertificateFacts => {
  const [leaf] = certificates;
  if (leaf === undefined) return refuse(`${path} has no certificate in PEM form`);
  return {
    names: namesOf(leaf),
    notBeforeMs: Date.parse(leaf.validFrom),
    notAfterMs: Date.parse(leaf.validTo),
    sha1: leaf.fingerprint.replaceAll(":", ""),
    chain: certificates.length - 1,
  };
};

const parsedKey = (text: string, path: string): KeyObject => {
  const block = KEY.exec(text)?.[0];
  if (block === undefined) return refuse(`${path} has no private key in PEM form`);
  if (/ENCRYPTED/.test(block))
    return refuse(`the private key in ${path} is encrypted, and HAProxy starts without anybody to ask for its password`);
  try {
    return createPrivateKey(block);
  } catch {
    // OpenSSL's words may quote the text; a private key is not for messages.
    return refuse(`the private key in ${path} cannot be read`);
  }
};

const assertFit = (leaf: X509Certificate, key: KeyObject, { certificate, key: keyPath }: CertificateFiles): void => {
  if (!leaf.checkPrivateKey(key)) refuse(`the key in ${keyPath} is not that of the certificate in ${certificate}`);
  if (key.asymmetricKeyType === "rsa" && (key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_RSA_BITS)
    refuse(
      `the key in ${keyPath} has ${key.asymmetricKeyDetails?.modulusLength ?? "too few"} bits; an RSA key has at least ${LEAST_RSA_BITS}`,
    );
};

const day = (ms: number): string => isoTime(ms).slice(0, 16).replace("T", " ");

const assertInForce = ({ notBeforeMs, notAfterMs, names }: CertificateFacts, path: string, now: number): void => {
  if (notAfterMs <= now) refuse(`the certificate in ${path} ended at ${day(notAfterMs)} UTC`);
  if (notBeforeMs > now) refuse(`the certificate in ${path} is not valid before ${day(notBeforeMs)} UTC`);
  if (names.length === 0) refuse(`the certificate in ${path} names no host (subject alternative names)`);
};

/**
 * Reads a pair and looks whether it can serve: each can be read, they belong together, the certificate is in force and names hosts.
 * @throws INPUT_NOT_FOUND, PERMISSION_DENIED, INPUT_TOO_LARGE, INPUT_INVALID; no message has anything of the key
 */
export const readCertificate = (files: CertificateFiles, now: number): Certificate => {
  const certificates = parsedCertificates(readTextFile(files.certificate, MAX_BYTES), files.certificate);
  const facts = factsOf(certificates, files.certificate);
  const key = parsedKey(readTextFile(files.key, MAX_BYTES), files.key);
  const [leaf] = certificates;
  if (leaf !== undefined) assertFit(leaf, key, files);
  assertInForce(facts, files.certificate, now);
  // Written anew from what was understood: HAProxy's socket ends a payload at its first empty line.
  const pem = [...certificates.map((one) => one.toString().trim()), key.export({ type: "pkcs8", format: "pem" }).toString().trim()];
  return { ...facts, pem: `${pem.join("\n")}\n` };
};

/** The facts of what `readCertificate` made. @throws INPUT_INVALID */
export const factsOfPem = (pem: string, path: string): CertificateFacts => factsOf(parsedCertificates(pem, path), path);

/** Whether a certificate with these names is one for the host; a wildcard stands for one label (RFC 9525, 6.3). */
export const covers = ({ names }: Pick<CertificateFacts, "names">, host: string): boolean =>
  names.includes(host) || names.includes(`*.${host.slice(host.indexOf(".") + 1)}`);
