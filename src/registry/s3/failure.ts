import { forTerminal, SeaworthyError } from "../../core/index.ts";
import { diskFull, type Refusal, StorageAway } from "../refusal.ts";

/** What went wrong between this registry and its bucket. */
export class S3Failure extends SeaworthyError {
  /** Of the answer; 0 when none came. */
  readonly status: number;
  /** S3's own code ("Error Responses" in its API reference), "" without one. */
  readonly s3Code: string;

  constructor(what: string, status: number, s3Code: string, words: string, hint?: string) {
    super(status === 0 || status >= 500 || status === 429 ? "REGISTRY_UNREACHABLE" : "REGISTRY_REFUSED", `${what}: ${forTerminal(words)}`, {
      hint: hint ?? "The storage's own words are above.",
      details: { status, s3Code },
    });
    this.status = status;
    this.s3Code = s3Code;
  }
}

export const isMissing = (error: unknown): boolean =>
  error instanceof S3Failure && error.status === 404 && error.s3Code !== "NoSuchBucket" && error.s3Code !== "NoSuchUpload";

/** Quotas of Ceph, MinIO, Garage and Swift; AWS has none. */
const FULL = new Set(["QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "StorageFull", "InsufficientCapacity"]);

const isFull = ({ status, s3Code }: S3Failure): boolean => status === 507 || FULL.has(s3Code);

const HINTS: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch: "The secret key is not the one that belongs to this access key, or something between changes requests.",
  InvalidAccessKeyId: "The storage does not know this access key.",
  ExpiredToken: "The session token has ended; get new credentials.",
  AccessDenied:
    "The key needs s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload on the objects and s3:ListBucket, s3:ListBucketMultipartUploads on the bucket (without s3:ListBucket a missing object looks like a forbidden one).",
  NoSuchBucket: "Make the bucket first, or correct storage.s3.bucket in registry.yaml.",
};

export const hintFor = (s3Code: string): string | undefined => (Object.hasOwn(HINTS, s3Code) ? HINTS[s3Code] : undefined);

/** In the words of a registry's answer. */
export const refusalOf = (failure: S3Failure): Refusal => (isFull(failure) ? diskFull() : new StorageAway(failure));
