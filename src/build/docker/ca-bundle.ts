import { existsSync } from "node:fs";

const SYSTEM = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/**
 * The host's bundle of certificate authorities, offered to every build as the optional secret `ca`: behind a network that inspects TLS
 * a step can mount it, and nothing of it reaches a layer. Undefined when there is none.
 */
export const hostCaBundle = (environment: Readonly<Record<string, string | undefined>>): string | undefined =>
  [environment["SSL_CERT_FILE"], environment["NODE_EXTRA_CA_CERTS"], ...SYSTEM].find(
    (path) => path !== undefined && path !== "" && existsSync(path),
  );
