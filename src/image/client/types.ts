import type { LookupFunction } from "node:net";
import type { Clock, Digest, Reference } from "../../core/index.ts";
import type { Descriptor } from "../values/descriptor.ts";
import type { CredentialSource } from "./credentials/types.ts";
import type { HostRules } from "./hosts/host-rules.ts";
import type { RateLimit } from "./rate-limit.ts";

/** A repository in a registry, whatever tag or digest stands behind it. */
export type Repository = Pick<Reference, "registry" | "repository">;

export interface ManifestBytes {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: Digest;
  /** As the registry gave it, for conditional requests. */
  readonly etag?: string;
}

export interface OpenBlobOptions {
  /** Where to begin. Default 0. */
  readonly startBytes?: number;
  /** Of the whole blob, as its descriptor says it. */
  readonly sizeBytes?: number;
  /** Called with the length of each chunk as it comes. */
  readonly onBytes?: (count: number) => void;
}

/** A blob on its way from a registry. Whoever does not read `bytes` to their end, or at all, calls `close`. */
export interface OpenBlob {
  /** Of the whole blob, as the registry or the caller said it. */
  readonly sizeBytes: number | undefined;
  /** From `startBytes` on, not checked. A broken connection is taken up again where it broke. */
  readonly bytes: AsyncIterable<Uint8Array>;
  close(): void;
}

/** Bytes to push. A stream can be read only once, so what fails half-way is not tried again; the others are taken up where they broke. */
export type BlobSource =
  | Uint8Array
  | { readonly path: string }
  | { readonly sizeBytes: number; open(startBytes: number): AsyncIterable<Uint8Array> }
  | { readonly stream: AsyncIterable<Uint8Array>; readonly sizeBytes?: number };

export interface PushBlobOptions {
  /** A repository of the same registry that has the blob perhaps: it is taken over from there, and pushed only where that is not possible. */
  readonly mountFrom?: string;
  /** Called with the bytes that are under way in all; less than before where something is sent again. */
  readonly onSent?: (bytes: number) => void;
}

export interface RegistryClientOptions {
  /** Default: where docker, podman and skopeo keep them (`dockerCredentials`). */
  readonly credentials?: CredentialSource;
  /** Hosts spoken to in plain HTTP besides loopback addresses, as `host:port`. */
  readonly plainHttp?: readonly string[];
  /** Mirrors and insecure registries. Default: what `daemon.json` and `registries.conf` of this machine say (`machineHostRules`). */
  readonly hosts?: HostRules;
  /** Folders with certificates by host, as docker's `certs.d`. Default: docker's and containers' own. */
  readonly certificateFolders?: readonly string[];
  /** For proxies (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) and the places of configuration. Default: the process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Resolves host names in place of the system; what it refuses is not connected to. Addresses that stand in a URL as such are not asked about. */
  readonly lookup?: LookupFunction;
  /**
   * Whether a registry whose name led to an address inside our network may send us on to others inside, as a company's does to its storage. Default true;
   * false for a server, which fetches for others.
   */
  readonly neighbours?: boolean;
  /** Sent to registries with every request, never to where they redirect. Default: `X-Meta-*` of Docker's HttpHeaders. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Told with each answer of a registry that counts pulls. */
  readonly onRateLimit?: (limit: RateLimit) => void;
  /** Connections to one host at once; further requests wait. Default 16. */
  readonly perHost?: number;
  /** Hosts of token services that may see credentials although they share no domain with the registry. Default: SEAWORTHY_TOKEN_SERVICES, by comma. */
  readonly trustedRealms?: readonly string[];
  /** Silence after which a connection is given up. Default 60 s. */
  readonly idleTimeoutMs?: number;
  /** Tries of one request, the first included. Default 5. */
  readonly attempts?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Talks OCI distribution 1.1 to any registry. Every failure names registry and repository, never credentials.
 * @throws REGISTRY_UNREACHABLE no answer, or only 429 and 5xx, after all attempts; REGISTRY_REFUSED with the registry's words; IMAGE_NOT_FOUND
 */
export interface RegistryClient {
  /** Resolves when the registry answers the base endpoint and takes the credentials at hand. */
  ping(registry: string): Promise<void>;
  /** Digest, type and size behind a tag or digest, by HEAD where the registry tells them there. */
  resolve(reference: Reference): Promise<{ readonly digest: Digest; readonly mediaType: string; readonly sizeBytes: number }>;
  /** A manifest's exact bytes, at most 4 MiB, its digest checked. */
  manifest(reference: Reference): Promise<ManifestBytes>;
  /** A blob's bytes, digest (and size, when given) checked before the last chunk is handed out. */
  blob(repository: Repository, digest: Digest, sizeBytes?: number): AsyncIterable<Uint8Array>;
  /** A blob's bytes from any byte on, not checked, for readers that check themselves or want a part. Resolves when the registry begins to answer. */
  openBlob(repository: Repository, digest: Digest, options?: OpenBlobOptions): Promise<OpenBlob>;
  hasBlob(repository: Repository, digest: Digest): Promise<boolean>;
  /** Without a digest it is found while sending. @throws INPUT_INVALID when the bytes do not have the digest given */
  pushBlob(
    repository: Repository,
    source: BlobSource,
    digest?: Digest,
    options?: PushBlobOptions,
  ): Promise<{ readonly digest: Digest; readonly size: number }>;
  /** Takes a blob over from another repository of the same registry. False where that is not possible. */
  mountBlob(repository: Repository, digest: Digest, from: string): Promise<boolean>;
  /** Puts these bytes under the reference's tag or digest, and lists them under their subject's fallback tag where the registry does not. @throws TAG_IMMUTABLE when the tag stands for another digest and never moves */
  pushManifest(reference: Reference, bytes: Uint8Array, mediaType: string): Promise<{ readonly digest: Digest }>;
  /** Deletes a tag, or a manifest with all its tags. */
  deleteManifest(reference: Reference): Promise<void>;
  /** All tags, sorted. Empty for a repository that does not exist. */
  tags(repository: Repository): Promise<readonly string[]>;
  /** What names this manifest as its subject: by the referrers API, else by the fallback tag `sha256-<hex>`. */
  referrers(repository: Repository, digest: Digest, artifactType?: string): Promise<readonly Descriptor[]>;
  /** Closes idle connections. */
  close(): void;
}
