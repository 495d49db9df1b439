/** Error codes of distribution-spec, "Error Codes": "the `code` field MUST be one of the following". UNKNOWN (Docker's) is for answers above 499 only. */
export type WireCode =
  | "BLOB_UNKNOWN"
  | "BLOB_UPLOAD_INVALID"
  | "BLOB_UPLOAD_UNKNOWN"
  | "DIGEST_INVALID"
  | "MANIFEST_BLOB_UNKNOWN"
  | "MANIFEST_INVALID"
  | "MANIFEST_UNKNOWN"
  | "NAME_INVALID"
  | "NAME_UNKNOWN"
  | "SIZE_INVALID"
  | "DENIED"
  | "UNAUTHORIZED"
  | "UNSUPPORTED"
  | "TOOMANYREQUESTS"
  | "UNKNOWN";

/** A request that is answered with an error on purpose. docker, skopeo and crane show `message` word for word when the code is DENIED. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: WireCode;
  readonly headers: Readonly<Record<string, string>>;
  /** The account that was refused, for the audit log. */
  readonly who: string | undefined;

  constructor(status: number, code: WireCode, message: string, headers: Readonly<Record<string, string>> = {}, who?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.who = who;
  }
}

/** What holds the blobs does not answer, or does not let us in. The client learns that it may try again; the log learns why. */
export class StorageAway extends Refusal {
  readonly failure: Error;

  constructor(failure: Error) {
    super(503, "UNKNOWN", "the storage behind this registry cannot be used at this moment; try again later", { "retry-after": "10" });
    this.failure = failure;
  }
}

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const SQLITE_FULL = 13;

export const isDiskFull = (error: unknown): boolean => {
  const facts = error as { code?: unknown; errcode?: unknown } | undefined;
  return (typeof facts?.code === "string" && FULL.has(facts.code)) || facts?.errcode === SQLITE_FULL;
};

/** docker tries a push again and again unless it reads "no space left on device" or DENIED (moby, retryOnError). */
export const diskFull = (): Refusal =>
  new Refusal(
    403,
    "DENIED",
    "no space left on device: the registry's disk is full; nothing of this was stored. Free space where the registry keeps its data, then push again.",
  );
