import { type Clock, type Digest, formatByteSize } from "../../core/index.ts";
import { Refusal } from "../refusal.ts";
import type { Upload, Uploads } from "../store/uploads.ts";
import type { Usage } from "../store/usage.ts";
import type { AccountStorage } from "./account-storage.ts";
import { createRateLimit } from "./rate.ts";

export interface LimitOptions {
  /** Bytes of one blob. Default: what fits. */
  readonly maxBlobBytes?: number;
  /** Bytes of the blobs of one repository. Default: what fits. */
  readonly repositoryQuotaBytes?: number;
  /** Uploads that one account has open at once. Default 200. */
  readonly uploadsPerAccount?: number;
  /** Of one account, or of one address without one. Default: any. */
  readonly requestsPerSecond?: number;
}

/** Who asks, for limits: the account, or the address of whoever has none. */
export interface Asker {
  readonly name: string;
  readonly address: string;
}

export interface Limits {
  /** @throws TOOMANYREQUESTS */
  request(asker: Asker): void;
  /**
   * Before an upload begins: a client that is refused in the middle sends it again and again.
   * @throws DENIED over a quota, TOOMANYREQUESTS over the number of uploads
   */
  begin(name: string, repository: string, declaredBytes: number): void;
  /** The same bytes, refused when the blob becomes too large or the client too slow. @throws DENIED, BLOB_UPLOAD_INVALID */
  body(upload: Upload, bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer>;
  /** A blob was taken in for an account. */
  took(name: string, repository: string, digest: Digest, size: number): void;
}

const UPLOADS_PER_ACCOUNT = 200;
/** Less than this in a minute is no line but a hand held open. */
const SLOWEST_BYTES = 4096;
const SLOW_WINDOW_MS = 60_000;

const NAMELESS: ReadonlySet<string> = new Set(["anonymous", "anyone"]);

interface Ports {
  readonly uploads: Pick<Uploads, "openOf">;
  readonly usage: Usage;
  /** Absent in an open registry. */
  readonly accounts: AccountStorage | undefined;
  readonly clock: Clock;
}

const denied = (words: string): Refusal => new Refusal(403, "DENIED", words);

export const createLimits = (options: LimitOptions, { uploads, usage, accounts, clock }: Ports): Limits => {
  const { maxBlobBytes, repositoryQuotaBytes, uploadsPerAccount = UPLOADS_PER_ACCOUNT, requestsPerSecond } = options;
  const rate = requestsPerSecond === undefined ? undefined : createRateLimit(requestsPerSecond, clock);

  const requireSize = (bytes: number): void => {
    if (maxBlobBytes !== undefined && bytes > maxBlobBytes)
      throw denied(`a blob may have ${formatByteSize(maxBlobBytes)} in this registry; this one is larger`);
  };
  const requireRepositoryRoom = (repository: string, bytes: number): void => {
    if (repositoryQuotaBytes === undefined) return;
    const used = usage.bytesOf(repository);
    if (used + bytes > repositoryQuotaBytes || used >= repositoryQuotaBytes)
      throw denied(
        `${repository} holds ${formatByteSize(used)} of the ${formatByteSize(repositoryQuotaBytes)} that a repository may; delete images there, then push again`,
      );
  };
  const requireAccountRoom = (name: string, bytes: number): void => {
    const quota = accounts?.quotaOf(name);
    if (accounts === undefined || quota === undefined) return;
    const isOver = (): boolean => accounts.bytesOf(name) + bytes > quota || accounts.bytesOf(name) >= quota;
    if (!isOver()) return;
    accounts.reconcile(name);
    if (isOver())
      throw denied(
        `${name} keeps ${formatByteSize(accounts.bytesOf(name))} of the ${formatByteSize(quota)} it may; delete images it pushed, then push again`,
      );
  };

  return {
    request: ({ name, address }) => rate?.(NAMELESS.has(name) ? address : name),
    begin: (name, repository, declaredBytes) => {
      requireSize(declaredBytes);
      if (!NAMELESS.has(name) && uploads.openOf(name) >= uploadsPerAccount)
        throw new Refusal(429, "TOOMANYREQUESTS", `${name} has ${uploadsPerAccount} uploads open; finish or cancel some`, {
          "retry-after": "10",
        });
      requireRepositoryRoom(repository, declaredBytes);
      requireAccountRoom(name, declaredBytes);
    },
    body: async function* ({ id, size, repository, owner }, bytes) {
      let total = size;
      let windowAt = clock.elapsed();
      let windowBytes = 0;
      for await (const chunk of bytes) {
        total += chunk.length;
        windowBytes += chunk.length;
        requireSize(total);
        if (clock.elapsed() - windowAt > SLOW_WINDOW_MS) {
          if (windowBytes < SLOWEST_BYTES)
            throw new Refusal(408, "BLOB_UPLOAD_INVALID", `the upload ${id} brought ${windowBytes} bytes in a minute; it is given up`, {
              connection: "close",
            });
          // What was not declared is counted while it comes.
          requireRepositoryRoom(repository, total);
          requireAccountRoom(owner, total);
          windowAt = clock.elapsed();
          windowBytes = 0;
        }
        yield chunk;
      }
      requireRepositoryRoom(repository, total);
      requireAccountRoom(owner, total);
    },
    took: (name, repository, digest, size) => {
      if (accounts?.quotaOf(name) !== undefined) accounts.took(name, repository, digest, size);
    },
  };
};
