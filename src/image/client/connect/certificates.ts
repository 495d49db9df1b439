import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { fileError, SeaworthyError } from "../../../core/index.ts";

/** Certificates that Docker and containers know for one host: authorities besides the public ones, and what shows who we are. */
interface HostCertificates {
  readonly authorities: readonly string[];
  readonly client?: { readonly cert: string; readonly key: string };
}

/** Where docker, Docker Desktop, rootless docker and containers/image look (dockerd's "Verify repository client with certificates"; containers-certs.d(5)). */
export const certificateFolders = (env: NodeJS.ProcessEnv = process.env): readonly string[] => {
  const home = env["HOME"] ?? homedir();
  const config = env["XDG_CONFIG_HOME"] ?? join(home, ".config");
  return [
    join(config, "containers", "certs.d"),
    "/etc/containers/certs.d",
    "/etc/docker/certs.d",
    join(config, "docker", "certs.d"),
    join(home, ".docker", "certs.d"),
  ];
};

const listed = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
};

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw fileError(error, `read ${path}`);
  }
};

/** OpenSSL passes over what is no certificate; whoever put it there thinks that it counts. */
const certificateAt = (path: string): string => {
  const text = textOf(path);
  if (!text.includes("-----BEGIN ")) throw new SeaworthyError("INPUT_INVALID", `${path} is no certificate in PEM`);
  return text;
};

/** `*.crt` are authorities, `NAME.cert` with `NAME.key` is a client certificate, in the first folder that has one for the host. */
export const hostCertificates = (url: URL, folders: readonly string[]): HostCertificates | undefined => {
  const port = url.port === "" ? "443" : url.port;
  const names = [`${url.hostname}:${port}`, ...(url.port === "" ? [url.hostname] : [])];
  for (const folder of folders.flatMap((parent) => names.map((name) => join(parent, name)))) {
    const files = listed(folder);
    if (files.length === 0) continue;
    const authorities = files.filter((name) => name.endsWith(".crt")).map((name) => certificateAt(join(folder, name)));
    const cert = files.find((name) => name.endsWith(".cert"));
    if (cert === undefined) return { authorities };
    const key = cert.replace(/\.cert$/, ".key");
    if (!files.includes(key))
      throw new SeaworthyError("INPUT_NOT_FOUND", `${join(folder, cert)} is a client certificate without its key ${key} beside it`);
    return { authorities, client: { cert: textOf(join(folder, cert)), key: textOf(join(folder, key)) } };
  }
  return undefined;
};

let everybody: readonly string[] | undefined;

/** Node's authorities (with NODE_EXTRA_CA_CERTS) and the system's, where a company puts its own: docker goes by those. */
const publicAuthorities = (): readonly string[] =>
  (everybody ??= [...new Set([...getCACertificates("default"), ...getCACertificates("system")])]);

let forEverybody: SecureContext | undefined;

/** Whom to believe at this host. Made once for all hosts without certificates of their own: it takes tens of milliseconds. @throws INPUT_INVALID */
export const secureContextFor = (url: URL, folders: readonly string[]): SecureContext => {
  const own = hostCertificates(url, folders);
  if (own === undefined) return (forEverybody ??= createSecureContext({ ca: [...publicAuthorities()] }));
  try {
    return createSecureContext({ ca: [...publicAuthorities(), ...own.authorities], ...own.client });
  } catch (error) {
    throw new SeaworthyError("INPUT_INVALID", `the certificates kept here for ${url.host} cannot be used`, {
      hint: `See ${folders.join(", ")}: *.crt are authorities, NAME.cert and NAME.key are a client certificate, all PEM.`,
      cause: error,
    });
  }
};
