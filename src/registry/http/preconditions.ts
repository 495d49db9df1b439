import type { IncomingHttpHeaders } from "node:http";
import type { Digest } from "../../core/index.ts";
import { Refusal } from "../refusal.ts";

/** Whether a list of entity tags, or `*`, names this one. An entity tag here is the digest in quotes. Weak ones count only where bytes need not be the same. */
const names = (header: string, digest: Digest, weak: boolean): boolean =>
  header.split(",").some((entry) => {
    const tag = entry.trim();
    return tag === "*" || tag === `"${digest}"` || (weak && tag === `W/"${digest}"`);
  });

/** RFC 9110 section 13.1.2, for GET and HEAD: the client has it already. */
export const hasAlready = (headers: IncomingHttpHeaders, digest: Digest): boolean => {
  const header = headers["if-none-match"];
  return header !== undefined && names(header, digest, true);
};

/**
 * RFC 9110 section 13: what a request demands of what is there now. Of a write: asked in the same step as the write, so that of several that count on the same
 * thing one is carried out.
 * @throws Refusal 412
 */
export const requirePreconditions = (
  headers: IncomingHttpHeaders,
  current: Digest | undefined,
  { what, isWrite }: { readonly what: string; readonly isWrite: boolean },
): void => {
  const match = headers["if-match"];
  if (match !== undefined && (current === undefined || !names(match, current, false)))
    throw new Refusal(
      412,
      "DENIED",
      `${what} is ${current === undefined ? "not there" : `"${current}"`}, not what If-Match counts on: somebody else changed it`,
    );
  const noneMatch = headers["if-none-match"];
  if (isWrite && noneMatch !== undefined && current !== undefined && names(noneMatch, current, false))
    throw new Refusal(412, "DENIED", `${what} is there already ("${current}"), and If-None-Match says to leave it then`);
};
