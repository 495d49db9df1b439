import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { CertificatePaths } from "../../src/project/index.ts";

export interface MadeCertificate {
  readonly names: readonly string[];
  /** Default 90. */
  readonly days?: number;
  /** Default P-256. */
  readonly rsaBits?: number;
}

/** A certificate that signs itself, made by openssl. Another one under the same name replaces it, as a renewal does. */
export const makeCertificate = (folder: string, name: string, { names, days = 90, rsaBits }: MadeCertificate): CertificatePaths => {
  const files = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const kind = rsaBits === undefined ? ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] : [`rsa:${rsaBits}`];
  const alt = names.length === 0 ? [] : ["-addext", `subjectAltName=${names.map((one) => `DNS:${one}`).join(",")}`];
  const made = ["-subj", `/CN=${names[0] ?? "nobody"}`, "-days", String(days), ...alt, "-keyout", files.key, "-out", files.certificate];
  execFileSync("openssl", ["req", "-x509", "-newkey", ...kind, "-nodes", ...made], { stdio: ["ignore", "ignore", "pipe"] });
  return files;
};
