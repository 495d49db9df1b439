import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { readTextFile, SeaworthyError, wordsOf, writeFileAtomic } from "../../core/index.ts";
import { type Certificate, type CertificateFacts, type CertificateFiles, factsOfPem } from "./certificate.ts";

/** In the folder of HAProxy's configuration. */
export const CERTIFICATE_FOLDER = "certificates";

/** A certificate that the proxy has, and the files it came from. */
export interface Kept extends CertificateFacts {
  /** Stays the same when it is renewed. */
  readonly id: string;
  readonly project: string;
  readonly files: CertificateFiles;
  /** Larger ones cannot go over HAProxy's socket. */
  readonly sizeBytes: number;
}

/** The certificates of the host's proxy: where each comes from, and the pair itself as HAProxy reads it. */
export interface CertificateStore {
  /** Those that can be read, by id. */
  all(): readonly Kept[];
  /** Each that cannot be read and why, in a sentence. It is left out of HAProxy's list, so it takes no other down. */
  broken(): readonly string[];
  /** With the private key. */
  pem(id: string): string | undefined;
  put(project: string, files: CertificateFiles, pem: Certificate["pem"]): void;
  remove(id: string): void;
}

const ID = /^[a-z0-9][a-z0-9_-]*\.[0-9a-f]{16}$/;
const MAX_PEM_BYTES = 1024 * 1024;

export const certificateId = (project: string, { certificate, key }: CertificateFiles): string =>
  `${project}.${createHash("sha256").update(`${certificate}\0${key}`).digest("hex").slice(0, 16)}`;

const isFiles = (value: unknown): value is CertificateFiles =>
  typeof value === "object" &&
  value !== null &&
  "certificate" in value &&
  "key" in value &&
  [value.certificate, value.key].every((path) => typeof path === "string" && isAbsolute(path));

/** `sources` says where each comes from; `pems` is what HAProxy reads. */
export const openCertificateStore = (sources: string, pems: string): CertificateStore => {
  mkdirSync(sources, { recursive: true, mode: 0o700 });
  mkdirSync(pems, { recursive: true, mode: 0o700 });
  const sourceOf = (id: string): string => join(sources, `${id}.json`);
  const pemOf = (id: string): string => join(pems, `${id}.pem`);
  const ids = (): readonly string[] =>
    readdirSync(sources)
      .filter((file) => file.endsWith(".json"))
      .map((file) => file.slice(0, -".json".length))
      .filter((id) => ID.test(id))
      .toSorted();
  const read = (id: string): Kept => {
    try {
      const files: unknown = JSON.parse(readTextFile(sourceOf(id)));
      if (!isFiles(files)) throw new SeaworthyError("INPUT_INVALID", "it names no two files");
      const { certificate, key } = files;
      const pem = readTextFile(pemOf(id), MAX_PEM_BYTES);
      const project = id.slice(0, id.indexOf("."));
      return { id, project, files: { certificate, key }, sizeBytes: Buffer.byteLength(pem), ...factsOfPem(pem, pemOf(id)) };
    } catch (error) {
      throw new SeaworthyError("STATE_NEEDS_PERSON", `the certificate ${id} of the proxy cannot be read: ${wordsOf(error)}`, {
        cause: error,
        hint: "seaworthy deploy puts it back from the project's files.",
      });
    }
  };
  return {
    all: () =>
      ids().flatMap((id) => {
        try {
          return [read(id)];
        } catch {
          // Named by `broken`.
          return [];
        }
      }),
    broken: () =>
      ids().flatMap((id) => {
        try {
          read(id);
          return [];
        } catch (error) {
          return [wordsOf(error)];
        }
      }),
    pem: (id) => (ID.test(id) && existsSync(pemOf(id)) ? readTextFile(pemOf(id), MAX_PEM_BYTES) : undefined),
    put: (project, { certificate, key }, pem) => {
      const id = certificateId(project, { certificate, key });
      // The pair first: without it the other would be one that cannot be read.
      writeFileAtomic(pemOf(id), pem, 0o600);
      writeFileAtomic(sourceOf(id), `${JSON.stringify({ certificate, key }, undefined, 2)}\n`, 0o600);
    },
    remove: (id) => {
      if (!ID.test(id)) return;
      rmSync(sourceOf(id), { force: true });
      rmSync(pemOf(id), { force: true });
    },
  };
};
