import { type Backend, projectOf } from "../backend.ts";
import { covers } from "../certificates/certificate.ts";
import { CERTIFICATE_LIST } from "./certificates.ts";

/** A certificate as the configuration names it. */
export interface ServedCertificate {
  readonly project: string;
  readonly names: readonly string[];
  /** As HAProxy itself sees it. */
  readonly path: string;
}

/** `host port` lines: where requests without TLS for the host are sent. */
export const REDIRECTS_FILE = "redirects.map";
/** The same for every host right below the one that is named. */
export const REDIRECTS_BELOW_FILE = "redirects-below.map";

/** Ports for TLS; none while there is no certificate. */
export const tlsPorts = (backends: readonly Backend[], certificates: readonly ServedCertificate[]): readonly number[] =>
  certificates.length === 0 ? [] : [...new Set(backends.flatMap(({ front }) => front?.tls?.port ?? []))].toSorted((a, b) => a - b);

/**
 * What follows a port for TLS. A name that no certificate is for is refused in the handshake instead of being shown somebody else's,
 * and no certificate is the first, which could then not be taken away while HAProxy runs (configuration.txt 5.1, `strict-sni`).
 */
export const tlsOptions = (configFolder: string): string => `ssl crt-list ${configFolder}/${CERTIFICATE_LIST} strict-sni alpn h2,http/1.1`;

/** Mozilla's "intermediate" (https://wiki.mozilla.org/Security/Server_Side_TLS): forward secrecy only, and no session tickets, whose key would live as long as HAProxy. */
export const TLS_GLOBALS: readonly string[] = [
  "ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets",
  "ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
  "ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256",
];

/** Whom a backend answers to without TLS only to send them on: hosts and, for one that takes whatever comes, the names of its project's certificates. */
const redirected = (
  owners: ReadonlyMap<string, Backend>,
  certificates: readonly ServedCertificate[],
): readonly (readonly [name: string, port: number])[] =>
  [...owners].flatMap(([host, backend]): readonly (readonly [string, number])[] => {
    const { tls } = backend.front ?? {};
    if (tls?.redirect !== true) return [];
    if (host !== "*") return certificates.some((one) => covers(one, host)) ? [[host, tls.port]] : [];
    return certificates
      .filter(({ project }) => project === projectOf(backend.name))
      .flatMap(({ names }) => names.filter((name) => !owners.has(name)).map((name) => [name, tls.port] as const));
  });

const lines = (entries: readonly (readonly [string, number])[]): string =>
  [...new Set(entries.map(([name, port]) => `${name} ${port}\n`))].toSorted().join("");

export const renderRedirects = (
  owners: ReadonlyMap<string, Backend>,
  certificates: readonly ServedCertificate[],
): { readonly exact: string; readonly below: string } => {
  const all = redirected(owners, certificates);
  return {
    exact: lines(all.filter(([name]) => !name.startsWith("*."))),
    below: lines(all.filter(([name]) => name.startsWith("*.")).map(([name, port]) => [name.slice(2), port])),
  };
};

const HOST = "req.hdr(host),field(1,:),lower";

/** 308 keeps the method and the body (RFC 9110, 15.4.9). The host goes into the answer, so it is one of the map, or a single label below one. */
export const redirectRules = (configFolder: string, { exact, below }: ReturnType<typeof renderRedirects>): readonly string[] => {
  if (exact === "" && below === "") return [];
  const to = `redirect code 308 location https://%[${HOST}]`;
  const port = "var(txn.sw_tls)";
  return [
    ...(exact === "" ? [] : [`http-request set-var(txn.sw_tls) ${HOST},map(${configFolder}/${REDIRECTS_FILE}) unless { ssl_fc }`]),
    ...(below === ""
      ? []
      : [
          `http-request set-var(txn.sw_tls) ${HOST},field(2,.,0),map(${configFolder}/${REDIRECTS_BELOW_FILE}) if !{ ssl_fc } !{ ${port} -m found } { ${HOST} -m reg ^[a-z0-9_-]+[.] }`,
        ]),
    `http-request ${to}%[pathq] if { ${port} -m str 443 }`,
    `http-request ${to}:%[${port}]%[pathq] if { ${port} -m found }`,
  ];
};
