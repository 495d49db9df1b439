import { type ErrorCode, forTerminal, isSeaworthyError, SeaworthyError } from "../../core/index.ts";

/** The words after which an engine's failure is one of ours by name; the first that matches wins. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/no space left on device|disk quota exceeded/i, "DISK_FULL"],
  // Only a published port: the engine also says "Address already in use" of a container's fixed address.
  [/port is already allocated|bind: address already in use|bind: Only one usage of each socket address/i, "PORT_TAKEN"],
  [
    /no matching manifest for|image with reference .* was found but does not match the specified platform|does not provide any platform/i,
    "PLATFORM_MISSING",
  ],
  [
    /no such image|manifest unknown|manifest for .* not found|repository .* not found|name unknown|pull access denied|reference does not exist/i,
    "IMAGE_NOT_FOUND",
  ],
  [
    /toomanyrequests|unauthorized|authentication required|access to the resource is denied|server gave HTTP response to HTTPS client/i,
    "REGISTRY_REFUSED",
  ],
];

/** Failures of a registry as the engine words them while it pulls. */
const REGISTRY_DOWN =
  /connection refused|no such host|i\/o timeout|TLS handshake|network is unreachable|connection reset|Client\.Timeout|certificate/i;

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ENOENT",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ECONNRESET",
  "EPIPE",
]);

const property = (error: unknown, name: string): unknown =>
  typeof error === "object" && error !== null ? Object.getOwnPropertyDescriptor(error, name)?.value : undefined;

/** The HTTP status the engine answered with; undefined when it did not answer. */
export const statusOf = (error: unknown): number | undefined => {
  const status = isSeaworthyError(error) ? error.details["status"] : property(error, "statusCode");
  return typeof status === "number" ? status : undefined;
};

/** The engine's own words, without the client library's frame around them. */
const wordsOfEngine = (error: unknown): string => {
  const answered = property(property(error, "json"), "message");
  const text =
    typeof answered === "string"
      ? answered
      : error instanceof Error
        ? error.message.replace(/^\(HTTP code \d+\) [^-]*- /, "")
        : String(error);
  return forTerminal(text.trim()).slice(0, 2000);
};

/** What a code means for words the engine said, outside of any HTTP status: frames of a pull or a load. */
export const engineRefusal = (tried: string, words: string, status?: number, cause?: unknown): SeaworthyError => {
  const clean = forTerminal(words.trim()).slice(0, 2000);
  const pulling = tried.startsWith("pull ");
  const code =
    MEANINGS.find(([pattern]) => pattern.test(clean))?.[1] ??
    (pulling && REGISTRY_DOWN.test(clean) ? "REGISTRY_UNREACHABLE" : "ENGINE_REFUSED");
  return new SeaworthyError(code, `cannot ${tried}: ${clean}`, {
    details: {
      ...(status === undefined ? {} : { status }),
      ...(/^(?=.*Address already in use)/.test(clean) ? { addressTaken: true } : {}),
    },
    cause,
  });
};

/** Makes whatever a call to the engine threw a coded error. `tried` completes "cannot ...". */
export const engineError = (error: unknown, tried: string, address: string): SeaworthyError => {
  if (isSeaworthyError(error)) return error;
  const status = statusOf(error);
  if (status !== undefined) return engineRefusal(tried, wordsOfEngine(error), status, error);
  const errno = property(error, "code");
  const words = wordsOfEngine(error);
  if (errno === "EACCES" || errno === "EPERM")
    return new SeaworthyError("PERMISSION_DENIED", `not permitted to talk to the engine at ${address}: ${words}`, {
      hint: "Run as root, or as a member of the group that owns the socket (docker).",
      cause: error,
    });
  if (typeof errno === "string" && UNREACHABLE.has(errno))
    return new SeaworthyError("ENGINE_UNREACHABLE", `no engine answers at ${address}: ${words}`, {
      details: { address, errno },
      cause: error,
    });
  return new SeaworthyError("ENGINE_UNREACHABLE", `cannot ${tried}: the connection to ${address} failed: ${words}`, {
    details: { address },
    cause: error,
  });
};
