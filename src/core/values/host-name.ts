const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const HOST_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);

/** A lower-case host name without its port (RFC 1123, section 2.1): nothing in it means anything to a configuration file or a shell. */
export const isHostName = (text: string): boolean => text.length <= 253 && HOST_NAME.test(text);
