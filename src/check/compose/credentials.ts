import { UNKNOWN } from "./text.ts";

const ANYWHERE = /PASSWORD|PASSPHRASE|TOKEN|SECRET|API_?KEY|PRIVATE_KEY|ACCESS_KEY|ENCRYPTION_KEY|CREDENTIAL/;
const AT_END = /(?:_PASS|_PWD|PASSWD|_SALT|_DSN|^PGPASS)$/;
/** A path, or a switch of an image's first start. */
const NO_SECRET = /_FILE$|ALLOW_EMPTY_|RANDOM_/;
const SWITCH = /^(?:yes|no|true|false|on|off|0|1|null|none)$/i;
/** `TOKEN_TTL`, `MAX_TOKENS`, `PASSWORD_MIN_LENGTH`: how long, how many, where. */
const QUANTITY =
  /EXPIR|TTL|VALIDITY|MINUTE|SECOND|HOUR|DAYS|LIFETIME|TIMEOUT|MAX|MIN_|MINCHAR|LIMIT|LENGTH|SIZE|COUNT|CHARACTERS|_PORT$|TOKENS$/;
const NUMBER = /^\d+(?:\.\d+)?(?:ms|s|m|h|d|w|k|kb|mb|gb)?$/i;

/** What a value says by itself: variables, quotes and dollar signs hide nothing. */
const literal = (value: string): string =>
  value
    .replaceAll(UNKNOWN, "")
    .replace(/^(["'])(.*)\1$/s, "$2")
    .replaceAll("$", "")
    .trim();

/** Whether a variable's name asks for a credential and its value, not a variable's, is one. */
export const isCredential = (name: string, value: string): boolean => {
  const upper = name.toUpperCase();
  if (!(ANYWHERE.test(upper) || AT_END.test(upper)) || NO_SECRET.test(upper)) return false;
  const text = literal(value);
  if (text === "" || SWITCH.test(text) || text.startsWith("/run/secrets/")) return false;
  return !(QUANTITY.test(upper) && NUMBER.test(text));
};

const USER_INFO = /\b([a-z][a-z0-9+.-]{0,40}):\/\/[^\s:/@]{0,256}:([^\s/@]{1,512})@/gi;

/** The scheme of a connection string that holds a password in clear; undefined when there is none. */
export const passwordInUrl = (value: string): string | undefined => {
  for (const [, scheme, password = ""] of value.slice(0, 20_000).matchAll(USER_INFO))
    if (!password.includes(UNKNOWN) && password.replaceAll("$", "") !== "") return scheme;
  return undefined;
};
