/**
 * RFC 3986's characters of a path and a query, without the apostrophe: no space, quote, backslash, `#` or line end,
 * so that a configuration line it is written into stays that one line.
 */
const TARGET = /^\/[A-Za-z0-9._~!$&()*+,;=:@%/?-]*$/;

/** Longest target that is asked for; HAProxy refuses a configuration line of more than 2048 characters, and with it every service's. */
const LONGEST = 512;

/** What a GET asks for: an absolute path with an optional query (RFC 9112, origin-form). */
export const isRequestTarget = (text: string): boolean => text.length <= LONGEST && TARGET.test(text);
