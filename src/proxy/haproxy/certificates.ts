import { SeaworthyError } from "../../core/index.ts";
import type { Runtime } from "./runtime.ts";

/** The list of certificates that HAProxy reads at its start; afterwards entries come and go over the socket. */
export const CERTIFICATE_LIST = "certificates.list";

/** A command of HAProxy's socket has to fit into one of its buffers (16 KiB, `tune.bufsize`): a larger pair hangs. */
export const MAX_RUNTIME_BYTES = 14_000;

/** What HAProxy should have loaded under a path of its own. */
export interface WantedCertificate {
  readonly path: string;
  readonly sha1: string;
  readonly chain: number;
  /** With the private key. */
  readonly pem: () => string;
}

/** One line a certificate; which host each is for stands in itself. */
export const renderCertificateList = (paths: readonly string[]): string => paths.map((path) => `${path}\n`).join("");

/** Never with what was sent: it may be a private key. */
const refused = (what: string, path: string, answer: string): SeaworthyError =>
  new SeaworthyError(
    "PROXY_UNREACHABLE",
    `HAProxy refused to ${what} the certificate ${path}: ${
      answer
        .trim()
        .split("\n")
        .find((line) => line.trim() !== "") ?? "no reason given"
    }`.slice(0, 500),
  );

const tell = async (runtime: Runtime, what: string, path: string, command: string, done: RegExp): Promise<void> => {
  const answer = await runtime(command);
  if (!done.test(answer)) throw refused(what, path, answer);
};

/** Somebody died between setting a pair and committing it. */
const endTransaction = async (runtime: Runtime): Promise<void> => {
  const open = /^\*(\S+)$/m.exec(await runtime("show ssl cert"))?.[1];
  if (open !== undefined) await runtime(`abort ssl cert ${open}`);
};

const load = async (runtime: Runtime, { path, pem }: WantedCertificate): Promise<void> => {
  await tell(runtime, "take", path, `set ssl cert ${path} <<\n${pem()}`, /Transaction (?:created|updated)/);
  try {
    await tell(runtime, "serve", path, `commit ssl cert ${path}`, /Success!/);
  } catch (error) {
    await runtime(`abort ssl cert ${path}`);
    throw error;
  }
};

const isLoaded = async (runtime: Runtime, { path, sha1, chain }: WantedCertificate): Promise<"same" | "other" | "none"> => {
  const said = await runtime(`show ssl cert ${path}`);
  const loaded = /^SHA1 FingerPrint: ([0-9A-F]+)$/m.exec(said)?.[1];
  if (loaded === undefined) return /^Filename: /m.test(said) ? "other" : "none";
  return loaded === sha1 && [...said.matchAll(/^Chain Subject: /gm)].length === chain ? "same" : "other";
};

const listed = async (runtime: Runtime, list: string): Promise<readonly string[]> =>
  (await runtime(`show ssl crt-list ${list}`)).split("\n").flatMap((line) => /^(\/\S+)/.exec(line)?.[1] ?? []);

/** Paths of those that the running HAProxy has not, has otherwise, or has beyond what is wanted. Changes nothing. */
export const differingCertificates = async (
  runtime: Runtime,
  list: string,
  wanted: readonly WantedCertificate[],
): Promise<readonly string[]> => {
  if (wanted.length === 0) return [];
  const there = await listed(runtime, list);
  const others: string[] = [];
  for (const one of wanted) if (!there.includes(one.path) || (await isLoaded(runtime, one)) !== "same") others.push(one.path);
  return [...others, ...there.filter((path) => !wanted.some((one) => one.path === path))];
};

/**
 * Makes the running HAProxy serve exactly these, for the next handshake on; connections that stand go on (management.txt 9.3, `set ssl cert`).
 * What it has already stays untouched, so doing it again changes nothing. @throws PROXY_UNREACHABLE
 */
export const reconcileCertificates = async (runtime: Runtime, list: string, wanted: readonly WantedCertificate[]): Promise<void> => {
  await endTransaction(runtime);
  const there = await listed(runtime, list);
  for (const one of wanted) {
    const state = await isLoaded(runtime, one);
    if (state === "none") await tell(runtime, "know", one.path, `new ssl cert ${one.path}`, /New empty certificate store/);
    if (state !== "same") await load(runtime, one);
    if (!there.includes(one.path)) await tell(runtime, "list", one.path, `add ssl crt-list ${list} ${one.path}`, /Success!/);
  }
  const paths = new Set(wanted.map(({ path }) => path));
  for (const path of there) {
    if (paths.has(path)) continue;
    await tell(runtime, "unlist", path, `del ssl crt-list ${list} ${path}`, /deleted/);
    await runtime(`del ssl cert ${path}`);
  }
};
