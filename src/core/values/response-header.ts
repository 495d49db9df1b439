const NAME = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;

/** What frames a message, and what only the application knows: a proxy that sets or takes it away breaks the answer. */
const ITS_OWN =
  /^(?:connection|content-(?:encoding|length|type)|date|keep-alive|location|set-cookie|te|trailer|transfer-encoding|upgrade|www-authenticate)$/i;

/** Printable ASCII without the backslash, which HAProxy's configuration has its own meaning for. */
const VALUE = /^[\x21-\x5b\x5d-\x7e](?:[\x20-\x5b\x5d-\x7e]*[\x21-\x5b\x5d-\x7e])?$/;

/** HAProxy takes 2048 characters a line of its configuration, and every one of a value may have to be escaped. */
const LONGEST = 800;

/** Most that a service sets, and most that it takes away. */
export const MAX_HEADERS = 32;

/** The name of a response header that a proxy may set or take away (RFC 9110, 5.1). */
export const isResponseHeader = (name: string): boolean => NAME.test(name) && !ITS_OWN.test(name);

export const isHeaderValue = (value: string): boolean => value.length <= LONGEST && VALUE.test(value);
